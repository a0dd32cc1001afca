import type { Connection, ConnectionInput, ConnectionPatch } from "../api/schema";
import { encode } from "../util/pem";

/**
 * A connection as it is being typed. Of secrets and files that are stored already the form knows only
 * that they are there: `undefined` keeps them, an empty text removes them.
 */
export interface Draft {
  name: string;
  id: string;
  url: string;
  username: string;
  password: string | undefined;
  clientId: string;
  verify: boolean;
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

export const EMPTY: Draft = {
  name: "",
  id: "",
  url: "",
  username: "",
  password: "",
  clientId: "",
  verify: true,
  ca: "",
  cert: "",
  key: "",
};

export function draftOf(connection: Connection): Draft {
  const { name, id, url, credentials, rejectUnauthorized, ca, cert } = connection;
  return {
    name,
    id,
    url,
    username: credentials?.username ?? "",
    password: undefined,
    clientId: credentials?.clientId ?? "",
    verify: rejectUnauthorized !== false,
    ca: ca ? undefined : "",
    cert: cert ? undefined : "",
    key: cert ? undefined : "",
  };
}

/** What to create. */
export function inputOf(draft: Draft): ConnectionInput {
  const { name, id, url, username, password, clientId, verify, ca, cert, key } = draft;
  return {
    ...(id.trim() && { id: id.trim() }),
    name: name.trim(),
    url: url.trim(),
    ...((username || clientId) && {
      credentials: {
        ...(username && { username }),
        ...(username && password && { password }),
        ...(clientId && { clientId }),
      },
    }),
    ...(!verify && { rejectUnauthorized: false }),
    ...(ca && { ca: encode(ca) }),
    ...(cert && { cert: encode(cert) }),
    ...(key && { key: encode(key) }),
  } as ConnectionInput;
}

/** What to dial once: a test is of no name. */
export function testInputOf(draft: Draft): Omit<ConnectionInput, "name"> {
  const { name: _, ...input } = inputOf(draft);
  return input;
}

/** What to change. */
export function patchOf(draft: Draft): ConnectionPatch {
  const { name, url, username, password, clientId, verify, ca, cert, key } = draft;
  const patch = {
    name: name.trim(),
    url: url.trim(),
    credentials:
      username || clientId
        ? {
            username: username || null,
            password: username ? (password === "" ? null : password) : null,
            clientId: clientId || null,
          }
        : null,
    rejectUnauthorized: verify,
    ca: file(ca),
    cert: file(cert),
    key: file(key),
  };
  return JSON.parse(JSON.stringify(patch)) as ConnectionPatch;
}

function file(pem: string | undefined) {
  if (pem === undefined) return undefined;
  return pem === "" ? null : encode(pem);
}

import type {
  Connection,
  ConnectionInput,
  ConnectionPatch,
  ConnectionTestInput,
  ConnectionTestPatch,
} from "../api/schema";
import { labelsPatch, labelsText, parseLabels } from "../model/labels";
import type { PemInput } from "../model/pem";
import { isSamePem } from "../model/pem";

/**
 * A connection as the form holds it. The form does not get stored secrets and files: `undefined` keeps them,
 * an empty string removes them.
 */
export interface Draft {
  name: string;
  id: string;
  url: string;
  username: string;
  password: string | undefined;
  clientId: string;
  verify: boolean;
  ca: PemInput | undefined;
  cert: PemInput | undefined;
  key: PemInput | undefined;
  /** Protocols, separated by spaces or commas. */
  alpn: string;
  serverName: string;
  /** As `line=2 site=graz`. */
  labels: string;
  /** Whether not to ask the broker about itself; undefined if it was never set. */
  noMetricsMode: boolean | undefined;
  /** The topic of a test's round trip, which is not part of the connection. */
  roundtrip: string;
}

export const EMPTY_DRAFT: Draft = {
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
  alpn: "",
  serverName: "",
  labels: "",
  noMetricsMode: undefined,
  roundtrip: "",
};

export function toDraft(connection: Connection): Draft {
  const { name, id, url, credentials, rejectUnauthorized, ca, cert, tls, labels, noMetricsMode } = connection;
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
    alpn: tls?.alpn?.join(" ") ?? "",
    serverName: tls?.serverName ?? "",
    labels: labelsText(labels),
    noMetricsMode,
    roundtrip: "",
  };
}

/** The longest name that the server accepts. */
const MAX_NAME = 128;

/** A new connection with the settings of another one, without what must be its own: id, secrets, client id. */
export function toDuplicate(connection: Connection, name: string): Draft {
  const { ca = "" } = connection;
  const own = { id: "", password: "", clientId: "", cert: "", key: "" };
  return { ...toDraft(connection), ...own, name: [...name].slice(0, MAX_NAME).join(""), ca };
}

/** Whether anything would be saved that differs from `initial`. */
export function isDirty(draft: Draft, initial: Draft): boolean {
  const { roundtrip } = initial;
  return JSON.stringify({ ...draft, roundtrip }) !== JSON.stringify(initial);
}

/**
 * The draft for a connection that no longer has what was stored. The certificates in `stored` are kept, secrets are
 * gone.
 */
export function withoutStored(draft: Draft, stored: Pick<Connection, "ca" | "cert">): Draft {
  const { password = "", ca = stored.ca ?? "", cert = stored.cert ?? "", key = "" } = draft;
  const changed = { ...draft, password, ca, cert, key };
  return differingFields(draft, changed).length === 0 ? draft : changed;
}

/** Whether a test of both would do the same: name, id and labels don't matter. */
export function isSameTarget(one: Draft, other: Draft): boolean {
  return differingFields(one, other).every((field) => field === "name" || field === "id" || field === "labels");
}

/** Whether a test of both stored versions would do the same, as far as the console can tell: it does not get secrets. */
export function hasSameTarget(one: Connection, other: Connection): boolean {
  const isSame = isSamePem(one.ca, other.ca) && isSamePem(one.cert, other.cert);
  return isSame && isSameTarget(toDraft(one), toDraft(other));
}

/** The draft as a new connection. */
export function toInput(draft: Draft): ConnectionInput {
  const { name, id, url, username, password, clientId, verify, ca, cert, key, noMetricsMode } = draft;
  const { alpn, serverName } = tlsOptions(draft);
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
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...((alpn || serverName) && { tls: { ...(alpn && { alpn }), ...(serverName && { serverName }) } }),
    ...(draft.labels && { labels: parseLabels(draft.labels) }),
    ...(noMetricsMode !== undefined && { noMetricsMode }),
  } as ConnectionInput;
}

/** The draft for a test, which needs no name. */
export function toTestInput(draft: Draft): ConnectionTestInput {
  const { name: _, ...input } = toInput(draft);
  return { ...input, ...roundtripOf(draft) };
}

/** The draft for a test as a patch of the stored connection. */
export function toTestPatch(draft: Draft): ConnectionTestPatch {
  return { ...toPatch(draft), ...roundtripOf(draft) };
}

function roundtripOf({ roundtrip }: Draft): { roundtrip?: string } {
  return roundtrip ? { roundtrip } : {};
}

/** The draft as a patch of the stored connection, which has the labels `stored`. */
export function toPatch(draft: Draft, stored = ""): ConnectionPatch {
  const { name, url, username, password, clientId, verify, ca, cert, key, noMetricsMode } = draft;
  const { alpn, serverName } = tlsOptions(draft);
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
    ca: patchValue(ca),
    cert: patchValue(cert),
    key: patchValue(key),
    tls: alpn || serverName ? { alpn: alpn ?? null, serverName: serverName ?? null } : null,
    labels: labelsPatch(parseLabels(stored), parseLabels(draft.labels)),
    noMetricsMode,
  };
  return JSON.parse(JSON.stringify(patch)) as ConnectionPatch;
}

/**
 * The patch that takes an edit of a connection back; undefined if that needs a secret, which only the server has.
 */
export function undoPatch(connection: Connection, edited: Draft): ConnectionPatch | undefined {
  const before = toDraft(connection);
  const { password, cert, key } = edited;
  const losesPassword = connection.hasPassword && edited.username === "";
  if (password !== undefined || losesPassword || cert !== before.cert || key !== before.key) return undefined;
  const { ca = null, noMetricsMode = null } = connection;
  return { ...toPatch(before, edited.labels), ...(edited.ca !== before.ca && { ca }), noMetricsMode };
}

/** The fields that differ between two versions, as far as the form can tell. */
export function differingFields(one: Draft, other: Draft): (keyof Draft)[] {
  return (Object.keys(one) as (keyof Draft)[]).filter((field) => one[field] !== other[field]);
}

/** The TLS options in the draft; `undefined` where the field is empty. */
function tlsOptions({ alpn, serverName }: Draft) {
  const protocols = alpn.split(/[\s,]+/).filter(Boolean);
  return { alpn: protocols.length > 0 ? protocols : undefined, serverName: serverName.trim() || undefined };
}

function patchValue(value: PemInput | undefined) {
  return value === "" ? null : value;
}

import type { Connection, ConnectionPatch } from "../api/schema";
import type { Scheme } from "../util/broker-url";
import { withScheme } from "../util/broker-url";
import { labelsPatch, labelsText } from "./labels";
import type { PemInput } from "./pem";

/** What to change in many connections; what is undefined stays. */
export interface BulkEdit {
  readonly scheme: Scheme | undefined;
  /** An empty string removes it. */
  readonly ca: PemInput | undefined;
  /** An empty user name removes them. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  /** Labels to set, and with `null` to remove. */
  readonly labels: Readonly<Record<string, string | null>> | undefined;
}

/** One value that changes; undefined for none. */
interface ValueChange<T> {
  readonly from: T | undefined;
  readonly to: T | undefined;
}

/** What an edit changes in one connection. */
export interface PlannedEdit {
  readonly connection: Connection;
  readonly patch: ConnectionPatch;
  /** The patch that takes it back; undefined if that needs a password, which only the server has. */
  readonly undo: ConnectionPatch | undefined;
  readonly url?: ValueChange<string>;
  readonly ca?: ValueChange<PemInput>;
  readonly username?: ValueChange<string>;
  readonly labels?: ValueChange<string>;
}

/** The edit for each connection that it changes. */
export function planEdits(edit: BulkEdit, connections: readonly Connection[]): PlannedEdit[] {
  return connections.flatMap((connection) => planEdit(edit, connection) ?? []);
}

function planEdit(
  { scheme, ca, credentials, labels: change }: BulkEdit,
  connection: Connection,
): PlannedEdit | undefined {
  const url = scheme && withScheme(connection.url, scheme);
  const changesUrl = url !== undefined && url !== connection.url;
  const changesCa = ca !== undefined && !isSameCa(ca, connection);
  const { username: oldName } = connection.credentials ?? {};
  // A new password may differ from the stored one, which is not known here.
  const changesUser = credentials !== undefined && (credentials.username !== "" || oldName !== undefined);
  const before = connection.labels ?? {};
  const changed = Object.entries({ ...before, ...change }).filter(
    (label): label is [string, string] => label[1] !== null,
  );
  const after = Object.fromEntries(changed.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  const labels = labelsPatch(before, after);
  if (!changesUrl && !changesCa && !changesUser && !labels) return undefined;
  return {
    connection,
    patch: {
      ...(changesUrl && { url }),
      ...(changesCa && { ca: ca === "" ? null : ca }),
      ...(labels && { labels }),
      ...(changesUser && {
        credentials:
          credentials.username === ""
            ? { username: null, password: null }
            : { username: credentials.username, password: credentials.password || null },
      }),
    },
    undo: changesUser
      ? undefined
      : {
          ...(changesUrl && { url: connection.url }),
          ...(changesCa && { ca: connection.ca ?? null }),
          ...(labels && { labels: labelsPatch(after, before) ?? {} }),
        },
    ...(changesUrl && { url: { from: connection.url, to: url } }),
    ...(changesCa && { ca: { from: connection.ca, to: ca === "" ? undefined : ca } }),
    ...(labels && { labels: { from: labelsText(before) || undefined, to: labelsText(after) || undefined } }),
    ...(changesUser && { username: { from: oldName, to: credentials.username || undefined } }),
  };
}

function isSameCa(ca: PemInput, { ca: stored }: Connection): boolean {
  if (ca === "") return stored === undefined;
  return typeof ca !== "string" && ca.data === stored?.data;
}

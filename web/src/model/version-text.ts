import type { Connection } from "../api/schema";
import type { Messages } from "../i18n/en";

/** How long a broker may take to report its version after the link is up, in milliseconds: it publishes at intervals. */
const PATIENCE = 60_000;

/** The version of a connected broker, or why it is unknown. */
export function versionText({ broker, status }: Connection, now: number, t: Messages): string {
  const { unknownVersion } = t.connection;
  if (broker?.version !== undefined) return broker.version;
  if (broker?.sys !== undefined) return unknownVersion[broker.sys];
  return now - (status?.timestamp ?? 0) < PATIENCE ? unknownVersion.asked : unknownVersion.granted;
}

import type { ActivityEntry } from "../api/schema";

/** A change of a link's status. */
export type StatusEntry = Extract<ActivityEntry, { type: "status" }>;
/** What a user did. */
export type AuditEntry = Extract<ActivityEntry, { type: "audit" }>;

/** Changes of several links to the same state for the same reason, the latest first; or one entry. */
export type ActivityGroup =
  | { readonly type: "status"; readonly entries: readonly [StatusEntry, ...StatusEntry[]] }
  | { readonly type: "audit"; readonly entry: AuditEntry };

/** How much older than the latest entry of a group the others are at most, in milliseconds. */
const MAX_SPAN = 60_000;

/**
 * Entries, newest first, with adjacent changes that are alike in groups: a thousand brokers behind one router that
 * fails are one line.
 */
export function groupActivity(entries: readonly ActivityEntry[]): ActivityGroup[] {
  const groups: (AuditGroup | { type: "status"; entries: [StatusEntry, ...StatusEntry[]] })[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (entry.type === "audit") groups.push({ type: "audit", entry });
    else if (last?.type === "status" && isAlike(last.entries[0], entry)) last.entries.push(entry);
    else groups.push({ type: "status", entries: [entry] });
  }
  return groups;
}

type AuditGroup = Extract<ActivityGroup, { type: "audit" }>;

function isAlike(latest: StatusEntry, entry: StatusEntry): boolean {
  return (
    latest.state === entry.state &&
    latest.error?.code === entry.error?.code &&
    latest.timestamp - entry.timestamp <= MAX_SPAN
  );
}

import type { ActivityEntry } from "./schema";

/** A page of changes, newest first, and where the next one begins. */
export interface ActivityPage {
  readonly entries: readonly ActivityEntry[];
  readonly next: string | undefined;
}

/** The most entries that the first page grows to while newer ones are put in front. */
const MAX_FIRST_PAGE = 1_000;

/**
 * The pages after their newest was requested again: what is new is in front, and older pages stay. If too much has
 * changed in between, only the newest page is left, and older ones are shown on demand again.
 */
export function withNewest(
  pages: readonly ActivityPage[],
  newest: ActivityPage,
  since: number | undefined,
): readonly ActivityPage[] {
  const oldest = newest.entries.at(-1);
  if (newest.next === undefined || oldest === undefined || pages.length <= 1) return [newest];
  const key = entryKey(oldest);
  const isRecent = ({ timestamp }: ActivityEntry) => since === undefined || timestamp >= since;
  for (const [index, { entries, next }] of pages.entries()) {
    const position = entries.findIndex((entry) => entryKey(entry) === key);
    if (position < 0) continue;
    const first = [...newest.entries, ...entries.slice(position + 1).filter(isRecent)];
    if (first.length > MAX_FIRST_PAGE) break;
    const older = pages.slice(index + 1).map((page) => ({ ...page, entries: page.entries.filter(isRecent) }));
    return [{ entries: first, next }, ...older];
  }
  return [newest];
}

/** The same for the same entry in two answers. */
function entryKey(entry: ActivityEntry): string {
  const { type, timestamp } = entry;
  return JSON.stringify(
    type === "status"
      ? [type, timestamp, entry.connection, entry.state]
      : [type, timestamp, entry.user, entry.action, entry.object, entry.outcome, entry.detail],
  );
}

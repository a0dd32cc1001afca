import type { AuditEntry } from "./schema";

/** A page of entries, newest first, and where the next one begins. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** The earliest time of the filter, in milliseconds since 1970. */
  readonly since: number | undefined;
  readonly next: string | undefined;
}

/**
 * The pages after their newest was requested again: what is new is in front. Entries never change, so all others stay.
 * If more are new than a page has, only the newest page is left, and older ones are shown on demand again.
 */
export function withNewer(pages: readonly AuditPage[], newest: AuditPage): readonly AuditPage[] {
  const [first, ...older] = pages;
  const known = first?.entries[0]?.sequence;
  const count = known === undefined ? -1 : newest.entries.findIndex(({ sequence }) => sequence <= known);
  if (first === undefined || count < 0) return [newest];
  return [{ ...first, entries: [...newest.entries.slice(0, count), ...first.entries] }, ...older];
}

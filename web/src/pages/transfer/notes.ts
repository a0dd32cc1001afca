import type { ImportReportEntry, Sentence } from "../../api/schema";

/** The keys of notes on what was changed in URLs. */
const CREDENTIALS_MOVED = "urlCredentialsMoved";
const PATH_DROPPED = "urlPathDropped";

/** The number of entries whose URL was changed, by kind. */
export function countUrlFixes(entries: readonly ImportReportEntry[]): { credentials: number; path: number } {
  const count = (key: string) =>
    entries.filter(({ noteKeys = [] }) => noteKeys.some((note) => note.key === key)).length;
  return { credentials: count(CREDENTIALS_MOVED), path: count(PATH_DROPPED) };
}

/** Whether a note is about a URL, which the server has already changed. */
const isUrlFix = (note: Sentence | undefined) => note?.key.startsWith("url") ?? false;

/**
 * The new entries with notes of one kind, and only these notes: changes already made to URLs, or what is left
 * to do.
 */
export function entriesWithNotes(entries: readonly ImportReportEntry[], kind: "done" | "toDo"): ImportReportEntry[] {
  return entries
    .filter(({ outcome }) => outcome === "create")
    .map((entry) => {
      const { notes = [], noteKeys = [] } = entry;
      const isOfKind = (_: unknown, index: number) => isUrlFix(noteKeys[index]) === (kind === "done");
      return { ...entry, notes: notes.filter(isOfKind), noteKeys: noteKeys.filter(isOfKind) };
    })
    .filter(({ notes }) => notes.length > 0);
}

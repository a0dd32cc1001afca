import type { ImportReportEntry } from "../../api/schema";

/** The server's notes on credentials and a path that it took out of a URL. */
export const CREDENTIALS_MOVED = "url: user name and password were moved from it to credentials";
export const PATH_DROPPED =
  "url: the path was dropped, as mqtt:// and mqtts:// have none; if the broker speaks MQTT over WebSocket there, use ws:// or wss://";

/** The number of entries whose URL was changed, by kind. */
export function countUrlFixes(entries: readonly ImportReportEntry[]): { credentials: number; path: number } {
  const count = (note: string) => entries.filter(({ notes }) => notes?.includes(note)).length;
  return { credentials: count(CREDENTIALS_MOVED), path: count(PATH_DROPPED) };
}

/** Whether a note is about a URL, which the server has already changed. */
const isUrlFix = (note: string) => note.startsWith("url: ");

/**
 * The new entries with notes of one kind, and only these notes: changes already made to URLs, or what is left
 * to do.
 */
export function entriesWithNotes(entries: readonly ImportReportEntry[], kind: "done" | "toDo"): ImportReportEntry[] {
  return entries
    .map((entry) => ({ ...entry, notes: (entry.notes ?? []).filter((note) => isUrlFix(note) === (kind === "done")) }))
    .filter(({ notes, outcome }) => notes.length > 0 && outcome === "create");
}

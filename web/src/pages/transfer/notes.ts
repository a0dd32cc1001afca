import type { ImportReportEntry } from "../../api/schema";

/** How the server says that credentials in a URL went to fields of their own, and that a path went. */
export const CREDENTIALS_MOVED = "url: user name and password were moved from it to credentials";
export const PATH_DROPPED =
  "url: the path was dropped, as mqtt:// and mqtts:// have none; if the broker speaks MQTT over WebSocket there, use ws:// or wss://";

/** How many entries had something in their URL that does not belong there. */
export function countUrlFixes(entries: readonly ImportReportEntry[]): { credentials: number; path: number } {
  const count = (note: string) => entries.filter(({ notes }) => notes?.includes(note)).length;
  return { credentials: count(CREDENTIALS_MOVED), path: count(PATH_DROPPED) };
}

/** Whether a note is about something that was put right already. */
const isUrlFix = (note: string) => note.startsWith("url: ");

/** The entries with notes of one kind, with these alone: about URLs, where all is done, or about what is left to do. */
export function entriesWithNotes(entries: readonly ImportReportEntry[], kind: "done" | "toDo"): ImportReportEntry[] {
  return entries
    .map((entry) => ({ ...entry, notes: (entry.notes ?? []).filter((note) => isUrlFix(note) === (kind === "done")) }))
    .filter(({ notes, outcome }) => notes.length > 0 && outcome === "create");
}

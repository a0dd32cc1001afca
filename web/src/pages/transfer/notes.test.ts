import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import type { ImportReportEntry } from "../../api/schema";
import { de } from "../../i18n/de";
import { countUrlFixes, CREDENTIALS_MOVED, entriesWithNotes, PATH_DROPPED } from "./notes";

const entry = (position: number, notes?: string[], outcome: "create" | "skip" = "create"): ImportReportEntry => ({
  position,
  outcome,
  ...(notes && { notes }),
});

test("changes to URLs are counted and listed apart from what is left to do", () => {
  const file = "caFile: is kept, but the file is not read; give what is in it as ca";
  const entries = [entry(0, [CREDENTIALS_MOVED, file]), entry(1, [PATH_DROPPED]), entry(2), entry(3, [file], "skip")];
  expect(countUrlFixes(entries)).toEqual({ credentials: 1, path: 1 });
  expect(entriesWithNotes(entries, "done")).toEqual([entry(0, [CREDENTIALS_MOVED]), entry(1, [PATH_DROPPED])]);
  expect(entriesWithNotes(entries, "toDo")).toEqual([entry(0, [file])]);
});

test("the notes that the console looks for and translates are the server's, to the letter", () => {
  const file = join(import.meta.dirname, "../../../../crates/haltere-api/src/connections/import/entry.rs");
  const source = readFileSync(file, "utf8");
  for (const note of [CREDENTIALS_MOVED, PATH_DROPPED, ...Object.keys(de.transfer.notes)]) {
    expect(source).toContain(`"${note}"`);
  }
});

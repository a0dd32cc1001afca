import { expect, test } from "vitest";

import type { ImportReportEntry } from "../../api/schema";
import { countUrlFixes, entriesWithNotes } from "./notes";

const entry = (position: number, keys: string[], outcome: "create" | "skip" = "create"): ImportReportEntry => ({
  position,
  outcome,
  notes: keys.map((key) => `${key} in English`),
  noteKeys: keys.map((key) => ({ key, params: {} })),
});

test("changes to URLs are counted and listed apart from what is left to do", () => {
  const entries = [
    entry(0, ["urlCredentialsMoved", "caFileNotRead"]),
    entry(1, ["urlPathDropped"]),
    { position: 2, outcome: "create" as const },
    entry(3, ["caFileNotRead"], "skip"),
  ];
  expect(countUrlFixes(entries)).toEqual({ credentials: 1, path: 1 });
  expect(entriesWithNotes(entries, "done")).toEqual([entry(0, ["urlCredentialsMoved"]), entry(1, ["urlPathDropped"])]);
  expect(entriesWithNotes(entries, "toDo")).toEqual([entry(0, ["caFileNotRead"])]);
});

import { expect, test } from "vitest";

import type { AuditPage } from "./audit-pages";
import { withNewer } from "./audit-pages";
import type { AuditEntry } from "./schema";

const entry = (sequence: number): AuditEntry => ({
  sequence,
  timestamp: sequence,
  actor: "ada",
  requestId: `r${sequence}`,
  action: "session.login",
  objectKind: "session",
  outcome: "success",
});

/** A page of the entries from `newest` down to `oldest`. */
const page = (newest: number, oldest: number): AuditPage => ({
  entries: Array.from({ length: newest - oldest + 1 }, (_, n) => entry(newest - n)),
  since: undefined,
  next: `after ${oldest}`,
});

const numbers = (pages: readonly AuditPage[]) =>
  pages.map(({ entries, next }) => [...entries.map(({ sequence }) => sequence), next]);

test("what is new is put in front, once", () => {
  const pages = withNewer([page(10, 8), page(7, 5)], page(12, 10));
  expect(numbers(pages)).toEqual([
    [12, 11, 10, 9, 8, "after 8"],
    [7, 6, 5, "after 5"],
  ]);
  expect(numbers(withNewer(pages, page(12, 10)))).toEqual(numbers(pages));
});

test("an entry that retention has removed from the newest page breaks nothing", () => {
  const newest = { ...page(12, 11), entries: [entry(12), entry(9)] };
  expect(numbers(withNewer([page(10, 8)], newest))).toEqual([[12, 10, 9, 8, "after 8"]]);
});

test("pages that no longer join are left out", () => {
  expect(withNewer([page(10, 8), page(7, 5)], page(20, 12))).toEqual([page(20, 12)]);
  const none = { entries: [], since: undefined, next: undefined };
  expect(withNewer([none], page(2, 1))).toEqual([page(2, 1)]);
  expect(withNewer([page(10, 8)], none)).toEqual([none]);
});

import { expect, test } from "vitest";

import type { ActivityEntry } from "./schema";
import type { ActivityPage } from "./activity-pages";
import { withNewest } from "./activity-pages";

const entry = (timestamp: number): ActivityEntry => ({
  type: "status",
  timestamp,
  connection: `c${timestamp}`,
  name: "C",
  state: "online",
});

/** A page of the entries from `newest` down to `oldest`. */
const page = (newest: number, oldest: number, isLast = false): ActivityPage => ({
  entries: Array.from({ length: newest - oldest + 1 }, (_, n) => entry(newest - n)),
  next: isLast ? undefined : `after ${oldest}`,
});

const numbers = (pages: readonly ActivityPage[]) =>
  pages.map(({ entries, next }) => [...entries.map(({ timestamp }) => timestamp), next]);

test("a single page is replaced", () => {
  expect(withNewest([page(10, 8)], page(12, 10), undefined)).toEqual([page(12, 10)]);
});

test("what is new is put in front of the pages that are shown", () => {
  const pages = withNewest([page(10, 8), page(7, 5, true)], page(11, 9), undefined);
  expect(numbers(pages)).toEqual([
    [11, 10, 9, 8, "after 8"],
    [7, 6, 5, undefined],
  ]);
  expect(numbers(withNewest(pages, page(11, 9), undefined))).toEqual(numbers(pages));
});

test("entries that are gone from the newest page are gone", () => {
  const newest = { entries: [entry(11), entry(7), entry(6)], next: "after 6" };
  expect(numbers(withNewest([page(10, 8), page(7, 5), page(4, 2, true)], newest, undefined))).toEqual([
    [11, 7, 6, 5, "after 5"],
    [4, 3, 2, undefined],
  ]);
});

test("entries that are too old for the period are left out", () => {
  expect(numbers(withNewest([page(10, 8), page(7, 5, true)], page(11, 9), 7))).toEqual([
    [11, 10, 9, 8, "after 8"],
    [7, undefined],
  ]);
});

test("pages that no longer join are left out", () => {
  expect(withNewest([page(10, 8), page(7, 5)], page(20, 12), undefined)).toEqual([page(20, 12)]);
  expect(withNewest([page(10, 8), page(7, 5)], page(10, 5, true), undefined)).toEqual([page(10, 5, true)]);
  expect(withNewest([page(10, 8), page(7, 5)], { entries: [], next: "x" }, undefined)).toEqual([
    { entries: [], next: "x" },
  ]);
});

test("the first page grows to a limit", () => {
  const pages = [page(2_000, 1_050), page(1_049, 1_000)];
  expect(withNewest(pages, page(2_050, 1_990), undefined)).toHaveLength(1);
  expect(withNewest(pages, page(2_049, 1_990), undefined)).toHaveLength(2);
});

import { expect, test } from "vitest";

import { sortBy } from "./sort-by";

const ITEMS = [
  { id: "a", value: "version 2.0.9" },
  { id: "b", value: undefined },
  { id: "c", value: "version 2.0.11" },
  { id: "d", value: "version 2.0.9" },
];

const sorted = (descending: boolean) =>
  sortBy(ITEMS, ({ value }) => value, descending)
    .map(({ id }) => id)
    .join("");

test("texts are compared as people do, equal ones stay in order, and what has no value is last", () => {
  expect(sorted(false)).toBe("adcb");
  expect(sorted(true)).toBe("cadb");
});

test("numbers are compared as numbers", () => {
  expect(sortBy([10, 9, 100], (value) => value, false)).toEqual([9, 10, 100]);
  expect(sortBy([10, 9, 100], (value) => value, true)).toEqual([100, 10, 9]);
  expect(sortBy(["x", "y", "z"], (_, index) => index, true)).toEqual(["z", "y", "x"]);
});

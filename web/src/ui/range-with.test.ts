import { expect, test } from "vitest";

import { rangeWith } from "./range-with";

test("a row stays while others are in view", () => {
  const view = { startIndex: 10, endIndex: 12, overscan: 1, count: 100 };
  expect(rangeWith(-1, view)).toEqual([9, 10, 11, 12, 13]);
  expect(rangeWith(11, view)).toEqual([9, 10, 11, 12, 13]);
  expect(rangeWith(2, view)).toEqual([2, 9, 10, 11, 12, 13]);
  expect(rangeWith(99, view)).toEqual([9, 10, 11, 12, 13, 99]);
  expect(rangeWith(100, view)).toEqual([9, 10, 11, 12, 13]);
});

import { expect, test } from "vitest";

import { sortByPosition } from "./use-frozen-order";

test("known items keep their positions, new ones come last", () => {
  const positions = new Map([
    ["c", 0],
    ["a", 1],
    ["b", 2],
  ]);
  const items = ["a", "new", "b", "c", "newer"].map((id) => ({ id }));
  expect(sortByPosition(items, positions).map(({ id }) => id)).toEqual(["c", "a", "b", "new", "newer"]);
});

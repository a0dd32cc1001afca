import { expect, test } from "vitest";

import { sortByPosition } from "./use-frozen-order";

test("known items keep their positions, new ones come last", () => {
  const places = new Map([
    ["c", 0],
    ["a", 1],
    ["b", 2],
  ]);
  const things = ["a", "new", "b", "c", "newer"].map((id) => ({ id }));
  expect(sortByPosition(things, places).map(({ id }) => id)).toEqual(["c", "a", "b", "new", "newer"]);
});

import { expect, test } from "vitest";

import { inPlace } from "./use-kept-order";

test("known things keep their places, new ones come last", () => {
  const places = new Map([
    ["c", 0],
    ["a", 1],
    ["b", 2],
  ]);
  const things = ["a", "new", "b", "c", "newer"].map((id) => ({ id }));
  expect(inPlace(things, places).map(({ id }) => id)).toEqual(["c", "a", "b", "new", "newer"]);
});

import { expect, test } from "vitest";

import { parseActivitySearch } from "./activity-search";

test("valid parameters are kept, and names that look like numbers stay text", () => {
  const search = { kind: "failures", user: "ada", period: "week", connection: "press-4" };
  expect(parseActivitySearch(search)).toEqual(search);
  expect(parseActivitySearch({ user: 7, connection: null })).toEqual({ user: "7", connection: "null" });
});

test("invalid, empty and default parameters are left out", () => {
  expect(parseActivitySearch({ kind: "all", user: "", period: "day", connection: undefined, other: 1 })).toEqual({});
});

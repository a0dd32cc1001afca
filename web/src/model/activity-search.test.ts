import { expect, test } from "vitest";

import { parseActivitySearch } from "./activity-search";

test("valid parameters are kept, and names that look like numbers stay text", () => {
  const search = { what: "failures", who: "ada", when: "week", connection: "press-4" };
  expect(parseActivitySearch(search)).toEqual(search);
  expect(parseActivitySearch({ who: 7, connection: null })).toEqual({ who: "7", connection: "null" });
});

test("invalid, empty and default parameters are left out", () => {
  expect(parseActivitySearch({ what: "all", who: "", when: "day", connection: undefined, other: 1 })).toEqual({});
});

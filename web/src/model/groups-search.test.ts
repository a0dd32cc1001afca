import { expect, test } from "vitest";

import { parseGroupsSearch } from "./groups-search";

test("what a URL holds is read, and what is not valid is left out", () => {
  const search = { q: "night", sort: "members", down: true, show: "edit", group: "Night shift" };
  expect(parseGroupsSearch(search)).toEqual(search);
  expect(parseGroupsSearch({ q: "", sort: "size", down: "yes", show: "all", group: 7 })).toEqual({ group: "7" });
});

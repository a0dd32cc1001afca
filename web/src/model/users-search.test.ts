import { expect, test } from "vitest";

import { parseUsersSearch } from "./users-search";

test("what a URL holds is read, and what is not valid is left out", () => {
  const search = { q: "ann viewer", sort: "lastLogin", down: true, show: "sessions", user: "ann" };
  expect(parseUsersSearch(search)).toEqual(search);
  expect(parseUsersSearch({ q: "", sort: "size", down: "yes", show: "all", user: 7 })).toEqual({ user: "7" });
});

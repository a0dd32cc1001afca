import { expect, test } from "vitest";

import { parseTokensSearch } from "./tokens-search";

test("what a URL holds is read, and what is not valid is left out", () => {
  const search = { q: "ci viewer", sort: "lastUsed", down: true, mine: true, show: "details", token: "2c26" };
  expect(parseTokensSearch(search)).toEqual(search);
  expect(parseTokensSearch({ q: "", sort: "hash", down: "yes", mine: 1, show: "edit", token: 7 })).toEqual({
    token: "7",
  });
});

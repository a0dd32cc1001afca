import { expect, test } from "vitest";

import { parseActivitySearch, withoutAuditFilters } from "./activity-search";

test("valid parameters are kept, and names that look like numbers stay text", () => {
  const search = { kind: "failures", user: "ada", period: "week", connection: "press-4", label: "site=graz" };
  expect(parseActivitySearch(search)).toEqual(search);
  expect(parseActivitySearch({ user: 7, connection: null })).toEqual({ user: "7", connection: "null" });
});

test("without the audit trail, filters of it don't apply", () => {
  expect(withoutAuditFilters({ kind: "connections", user: "ada", period: "all" })).toEqual({ period: "all" });
  expect(withoutAuditFilters({ kind: "failures", connection: "a" })).toEqual({ kind: "failures", connection: "a" });
});

test("invalid, empty and default parameters are left out", () => {
  expect(parseActivitySearch({ kind: "all", user: "", period: "day", connection: undefined, other: 1 })).toEqual({});
});

import { expect, test } from "vitest";

import { auditFilter, fromLocalField, isReversed, parseAuditSearch, toLocalField } from "./audit-search";

test("valid parameters are kept, and names that look like other values stay text", () => {
  const search = { text: "press", period: "week", actor: "ada", outcome: "denied", objectKind: "user", object: "bob" };
  expect(parseAuditSearch(search)).toEqual(search);
  expect(parseAuditSearch({ actor: 7, object: true, text: { a: 1 } })).toEqual({
    actor: "7",
    object: "true",
    text: '{"a":1}',
  });
});

test("the open entry is not a condition", () => {
  expect(parseAuditSearch({ actor: "ada", entry: 4711 })).toEqual({ actor: "ada", entry: 4711 });
  expect(parseAuditSearch({ entry: "x" })).toEqual({});
  expect(auditFilter({ actor: "ada", entry: 4711 })).toEqual({ actor: "ada" });
});

test("invalid and empty parameters are left out, except those that a field can show", () => {
  expect(parseAuditSearch({ period: "year", outcome: "maybe", objectKind: 1, actor: "", from: "x", other: 1 })).toEqual(
    {},
  );
  expect(parseAuditSearch({ address: "nowhere", action: "a.b" })).toEqual({ address: "nowhere", action: "a.b" });
});

test("a range of time replaces the period, and has whole minutes", () => {
  const search = parseAuditSearch({ period: "day", from: "2026-11-29T14:05Z", to: "2026-11-29T14:06Z" });
  expect(search).toEqual({ from: "2026-11-29T14:05Z", to: "2026-11-29T14:06Z" });
  const since = Date.UTC(2026, 10, 29, 14, 5);
  expect(auditFilter(search)).toEqual({ since, until: since + 119_999 });
  expect(isReversed(search)).toBe(false);
  expect(isReversed({ from: search.to, to: search.from })).toBe(true);
  expect(auditFilter({ period: "hour", actor: undefined })).toEqual({ period: 3_600_000 });
});

test("a local time survives its field", () => {
  expect(fromLocalField(toLocalField("2026-11-29T14:05Z"))).toBe("2026-11-29T14:05Z");
  expect(fromLocalField("")).toBeUndefined();
});

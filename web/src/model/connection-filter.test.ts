import { expect, test } from "vitest";

import { filterConnections } from "./connection-filter";
import { CONNECTIONS, ids } from "./test-connections";

test("every word of a query has to occur, in any field and order", () => {
  expect(ids(filterConnections(CONNECTIONS, { q: "press enotfound" }))).toBe("c");
  expect(ids(filterConnections(CONNECTIONS, { q: "2.0.11 A9" }))).toBe("a9");
  expect(ids(filterConnections(CONNECTIONS, { q: "  " }))).toBe(ids(CONNECTIONS));
});

test("state, code and version have to match", () => {
  expect(ids(filterConnections(CONNECTIONS, { state: "down", code: "ECONNREFUSED" }))).toBe("b d");
  expect(ids(filterConnections(CONNECTIONS, { version: "mosquitto version 2.0.11" }))).toBe("a10 a9");
});

test("certificates that expire soon are found at a time", () => {
  const [first, ...others] = CONNECTIONS;
  const all = [{ ...first!, certNotAfter: "2026-12-01T00:00:00Z" }, ...others];
  expect(ids(filterConnections(all, { cert: "expiring" }, Date.parse("2026-11-23")))).toBe("a10");
  expect(ids(filterConnections(all, { cert: "expiring" }, Date.parse("2026-09-23")))).toBe("");
});

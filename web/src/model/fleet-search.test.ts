import { expect, test } from "vitest";

import { parseFleetSearch } from "./fleet-search";

test("valid parameters are kept", () => {
  const search = {
    q: "press",
    state: "down",
    code: "ENOTFOUND",
    pluginOff: false,
    version: "2.0",
    cert: "expiring",
    sort: "since",
    down: true,
    view: "grid",
  };
  expect(parseFleetSearch(search)).toEqual(search);
});

test("a filter that looks like a number stays text", () => {
  expect(parseFleetSearch({ q: 1883, code: null, version: 2 })).toEqual({ q: "1883", code: "null", version: "2" });
});

test("invalid and empty parameters are left out", () => {
  const search = {
    q: "",
    state: "unobserved",
    pluginOff: "no",
    cert: "valid",
    sort: "url",
    down: "yes",
    view: "table",
    other: 1,
  };
  expect(parseFleetSearch(search)).toEqual({});
});

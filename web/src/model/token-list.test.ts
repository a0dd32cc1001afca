import { expect, test } from "vitest";

import type { Token } from "../api/schema";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { filterTokens, limitsText, sortTokens } from "./token-list";

const NOW = Date.parse("2026-11-23T06:00:00Z");

const token = (name: string, fields: Partial<Token> = {}): Token => ({
  name,
  hash: name,
  role: "viewer",
  requestedBy: "ann",
  issueDate: "2026-11-01T06:00:00Z",
  validUntil: "2027-01-31T00:00:00Z",
  lastUsed: null,
  valid: true,
  readOnly: false,
  ...fields,
});

const TOKENS = [
  token("grafana", { readOnly: true, networks: ["10.0.0.0/8"], lastUsed: "2026-11-22T06:00:00Z" }),
  token("ci", { role: "connectionManager", requestedBy: "omar", validUntil: "2026-11-25T00:00:00Z" }),
  token("old", { validUntil: "2026-11-20T00:00:00Z", valid: false, description: "nightly run" }),
  token("graz", { labels: "site=graz", lastUsed: "2026-11-21T06:00:00Z" }),
];
const namesOf = (tokens: readonly Token[]) => tokens.map(({ name }) => name);

test.each([
  ["", ["grafana", "ci", "old", "graz"]],
  ["ANN viewer", ["grafana", "old", "graz"]],
  ["connectionManager", ["ci"]],
  ["expired", ["old"]],
  ["nightly", ["old"]],
  ["site=graz", ["graz"]],
  ["10.0", ["grafana"]],
  ["no-such", []],
])("a filter by %j", (query, names) => {
  expect(namesOf(filterTokens(TOKENS, query, en, NOW))).toEqual(names);
});

test("a filter finds the words of the user's language, and those of the API in every language", () => {
  for (const query of ["betrachter abgelaufen", "viewer expired"]) {
    expect(namesOf(filterTokens(TOKENS, query, de, NOW))).toEqual(["old"]);
  }
});

test.each([
  ["name", false, ["ci", "grafana", "graz", "old"]],
  ["user", true, ["ci", "grafana", "graz", "old"]],
  ["role", false, ["ci", "grafana", "graz", "old"]],
  ["expires", false, ["old", "ci", "grafana", "graz"]],
  // Those that were never used come last, in both directions.
  ["lastUsed", false, ["graz", "grafana", "ci", "old"]],
  ["lastUsed", true, ["grafana", "graz", "ci", "old"]],
] as const)("the order by %s, descending: %s", (column, descending, names) => {
  expect(namesOf(sortTokens(TOKENS, { column, descending }, en))).toEqual(names);
});

test("limits are said in a few words", () => {
  expect(limitsText(token("ci"), en)).toBe("");
  const limits = { readOnly: true, connections: ["a", "b"], labels: "site=graz", networks: ["10.0.0.0/8"] };
  expect(limitsText(token("ci", limits), en)).toBe("Read-only · 2 connections · site=graz · 10.0.0.0/8");
  expect(limitsText(token("ci", { actions: ["connections.create"] }), en)).toBe("Create connections");
  expect(limitsText(token("ci", { actions: ["connections.list", "activity.list"] }), de)).toBe("2 Aktionen");
  const networks = ["10.0.0.0/8", "192.0.2.1/32"];
  expect(limitsText(token("ci", { connections: ["a"], networks }), de)).toBe("1 Verbindung · 2 Netze");
});

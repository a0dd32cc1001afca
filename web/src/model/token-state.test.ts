import { expect, test } from "vitest";

import { tokenState } from "./token-state";

const NOW = Date.parse("2026-11-23T06:00:00Z");
const DAY = 86_400_000;

const token = (issued: number, until: number, valid = true) => ({
  name: "ci",
  hash: "2c26",
  role: "viewer",
  requestedBy: "ann",
  issueDate: new Date(NOW + issued * DAY).toISOString(),
  validUntil: new Date(NOW + until * DAY).toISOString(),
  readOnly: false,
  valid,
});

test.each([
  ["with months left", token(-1, 89), "valid"],
  ["with a week left", token(-83, 7), "expiring"],
  ["with eight days left", token(-82, 8), "valid"],
  ["a new one for a week", token(0, 7), "valid"],
  ["one for a week, in its last third", token(-5, 2), "expiring"],
  ["that has just expired", token(-7, 0, false), "expired"],
  ["that has expired since it was requested", token(-7, -1), "expired"],
  ["whose limits can't be read", token(-1, 89, false), "unreadable"],
] as const)("a token %s", (_, given, state) => {
  expect(tokenState(given, NOW)).toBe(state);
});

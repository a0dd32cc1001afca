import { expect, test } from "vitest";

import { online } from "./test-connections";
import { coveredBy, EMPTY_TOKEN, expiryOf, toNewToken } from "./token-draft";

const NOW = Date.parse("2026-11-23T06:00:00Z");

test("a draft without limits names none", () => {
  expect(toNewToken({ ...EMPTY_TOKEN, name: "ci" }, NOW)).toEqual({
    name: "ci",
    role: "viewer",
    validUntil: "2026-12-23T06:00:00.000Z",
    readOnly: false,
  });
});

test("limits are sent as they are typed, and an empty list of connections for the server to refuse", () => {
  const draft = {
    ...EMPTY_TOKEN,
    name: "ci",
    description: "nightly",
    readOnly: true,
    onlySome: true,
    labels: " site=graz ",
    networks: "10.0.0.0/8,\n 192.0.2.1; ",
  };
  expect(toNewToken(draft, NOW)).toMatchObject({
    description: "nightly",
    readOnly: true,
    connections: [],
    labels: "site=graz",
    networks: ["10.0.0.0/8", "192.0.2.1"],
  });
});

test("actions are sent while the token is limited to them", () => {
  const draft = { ...EMPTY_TOKEN, actions: ["connections.create"] as const };
  expect(toNewToken(draft, NOW)).not.toHaveProperty("actions");
  expect(toNewToken({ ...draft, onlyActions: true }, NOW).actions).toEqual(["connections.create"]);
});

test("a chosen connection counts only while the list does", () => {
  expect(toNewToken({ ...EMPTY_TOKEN, connections: ["a"] }, NOW)).not.toHaveProperty("connections");
});

test("a token with a date is valid until the end of that day; without one the server refuses it", () => {
  const until = expiryOf({ expiry: "date", lastDay: "2026-12-31" }, NOW);
  expect(until).toBe(new Date("2027-01-01T00:00").getTime());
  for (const lastDay of ["", "soon"]) {
    expect(expiryOf({ expiry: "date", lastDay }, NOW)).toBeUndefined();
    expect(toNewToken({ ...EMPTY_TOKEN, expiry: "date", lastDay }, NOW).validUntil).toBe("");
  }
});

test("a token covers what is in its list and has its labels", () => {
  const all = [
    { ...online("a"), labels: { site: "graz" } },
    { ...online("b"), labels: { site: "wien" } },
    { ...online("c"), labels: { site: "graz" } },
  ];
  const covered = (limits: Parameters<typeof coveredBy>[0]) => coveredBy(limits, all).map(({ id }) => id);
  expect(covered({})).toEqual(["a", "b", "c"]);
  expect(covered({ connections: ["a", "b", "gone"] })).toEqual(["a", "b"]);
  expect(covered({ labels: "site=graz" })).toEqual(["a", "c"]);
  expect(covered({ connections: ["a", "b"], labels: "site=graz" })).toEqual(["a"]);
  expect(covered({ connections: [] })).toEqual([]);
});

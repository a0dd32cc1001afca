import { expect, test } from "vitest";

import type { Group } from "../api/schema";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { connectionsOf, filterGroups, groupsByUser, sortGroups } from "./group-list";
import { online } from "./test-connections";

const group = (name: string, fields: Partial<Group> = {}): Group => ({
  name,
  role: "viewer",
  users: [],
  connections: [],
  narrows: false,
  ...fields,
});

const GROUPS = [
  group("Night shift", { users: ["ann", "bob"], connections: ["press-1"], narrows: true, description: "Presses" }),
  group("Graz", { users: ["bob"], label: "site=graz", role: "connectionManager", narrows: true }),
  group("Empty"),
];
const namesOf = (groups: readonly Group[]) => groups.map(({ name }) => name);

test.each([
  ["", ["Night shift", "Graz", "Empty"]],
  ["bob viewer", ["Night shift"]],
  ["PRESS", ["Night shift"]],
  ["site=graz", ["Graz"]],
  ["connectionManager", ["Graz"]],
  ["no-such", []],
])("a filter by %j", (query, names) => {
  expect(namesOf(filterGroups(GROUPS, query, en))).toEqual(names);
});

test("a filter finds the words of the user's language", () => {
  expect(namesOf(filterGroups(GROUPS, "betrachter ann", de))).toEqual(["Night shift"]);
});

test.each([
  ["name", false, ["Empty", "Graz", "Night shift"]],
  ["role", false, ["Graz", "Empty", "Night shift"]],
  ["members", true, ["Night shift", "Graz", "Empty"]],
  ["connections", true, ["Graz", "Night shift", "Empty"]],
] as const)("the order by %s, descending: %s", (column, descending, names) => {
  const counts: Record<string, number> = { Graz: 7, "Night shift": 1 };
  const counted = GROUPS.map((each) => ({ ...each, count: counts[each.name] ?? 0 }));
  expect(namesOf(sortGroups(counted, { column, descending }, en))).toEqual(names);
});

test("a group has what is in its list, and what its labels select in addition", () => {
  const all = [
    { ...online("a"), labels: { site: "graz" } },
    { ...online("b"), labels: { site: "wien" } },
    { ...online("c"), labels: { site: "graz" } },
  ];
  const idsOf = (given: Parameters<typeof connectionsOf>[0]) => connectionsOf(given, all).map(({ id }) => id);
  expect(idsOf({ connections: [] })).toEqual([]);
  expect(idsOf({ connections: [], label: "" })).toEqual([]);
  expect(idsOf({ connections: ["b", "gone"] })).toEqual(["b"]);
  expect(idsOf({ connections: ["b"], label: "site=graz" })).toEqual(["a", "b", "c"]);
});

test("the groups of each user", () => {
  expect([...groupsByUser(GROUPS)]).toEqual([
    ["ann", ["Night shift"]],
    ["bob", ["Night shift", "Graz"]],
  ]);
});

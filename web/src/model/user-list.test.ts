import { expect, test } from "vitest";

import type { User } from "../api/schema";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { filterUsers, sortUsers } from "./user-list";

const NOW = Date.parse("2026-11-23T06:00:00Z");

const user = (username: string, roles: string[], fields: Partial<User> = {}): User => ({
  username,
  roles,
  disabled: false,
  mustChangePassword: false,
  hasPassword: true,
  secondFactor: false,
  ...fields,
});

const USERS = [
  user("nina", ["connectionManager"], { lastLogin: "2026-11-22T06:00:00Z" }),
  user("ann", ["viewer"], { disabled: true }),
  user("omar", ["viewer", "editor"], { lastLogin: "2026-11-21T06:00:00Z" }),
];
const namesOf = (users: readonly User[]) => users.map(({ username }) => username);

test.each([
  ["", ["nina", "ann", "omar"]],
  ["VIEW", ["ann", "omar"]],
  ["viewer editor", ["omar"]],
  ["disabled", ["ann"]],
  ["connectionManager", ["nina"]],
  ["nobody", []],
])("a filter by %j", (query, names) => {
  expect(namesOf(filterUsers(USERS, query, en, NOW))).toEqual(names);
});

test("a filter finds the words of the user's language, and those of the API in every language", () => {
  for (const query of ["betrachter gesperrt", "viewer disabled"]) {
    expect(namesOf(filterUsers(USERS, query, de, NOW))).toEqual(["ann"]);
  }
});

test.each([
  ["name", false, ["ann", "nina", "omar"]],
  ["name", true, ["omar", "nina", "ann"]],
  ["roles", false, ["nina", "ann", "omar"]],
  ["state", false, ["nina", "omar", "ann"]],
  // Without a login comes last, in both directions.
  ["lastLogin", false, ["omar", "nina", "ann"]],
  ["lastLogin", true, ["nina", "omar", "ann"]],
] as const)("the order by %s, descending: %s", (column, descending, names) => {
  expect(namesOf(sortUsers(USERS, { column, descending }, en, NOW))).toEqual(names);
});

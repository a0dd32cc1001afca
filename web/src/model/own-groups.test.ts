import { expect, test } from "vitest";

import type { Profile } from "../api/schema";
import { narrowingGroups } from "./own-groups";

const profile = (fields: Partial<Profile>): Profile => ({
  username: "ann",
  roles: ["viewer"],
  isAdmin: false,
  isEditor: false,
  isViewer: true,
  isConnectionManager: false,
  isMonitoringViewer: false,
  permissions: [],
  initialPassword: false,
  mustChangePassword: false,
  ...fields,
});

const groups = ["Night shift", "Graz"].map((name) => ({ name, addedBy: { username: "admin" } }));

test("a user sees only the connections of groups that narrow", () => {
  expect(narrowingGroups(null)).toBeUndefined();
  expect(narrowingGroups(profile({ groups }))).toBeUndefined();
  expect(narrowingGroups(profile({ groups, connections: [] }))).toBe("\u2068Night shift\u2069, \u2068Graz\u2069");
});

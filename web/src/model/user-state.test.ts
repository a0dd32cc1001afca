import { expect, test } from "vitest";

import type { User } from "../api/schema";
import { userState } from "./user-state";

const NOW = Date.parse("2026-11-23T06:00:00Z");

const user = (fields: Partial<User>): User => ({
  username: "ann",
  roles: ["viewer"],
  disabled: false,
  mustChangePassword: false,
  hasPassword: true,
  secondFactor: false,
  ...fields,
});

test.each([
  ["active", {}],
  ["mustChangePassword", { mustChangePassword: true }],
  ["invited", { hasPassword: false, invitedUntil: "2026-11-23T06:00:01Z" }],
  ["noPassword", { hasPassword: false }],
  // An invitation that has expired.
  ["noPassword", { hasPassword: false, invitedUntil: "2026-11-23T06:00:00Z" }],
  ["disabled", { disabled: true, hasPassword: false, mustChangePassword: true }],
  // The password is valid until the invitation is used.
  ["active", { invitedUntil: "2026-11-24T06:00:00Z" }],
] as const)("%s: %o", (state, fields) => {
  expect(userState(user(fields), NOW)).toBe(state);
});

import { expect, test } from "vitest";

import type { Profile } from "./schema";
import { hasPermission } from "./session";

test("a user has the permissions that the server lists, whatever their roles", () => {
  const profile: Profile = {
    username: "ann",
    roles: ["admin"],
    isAdmin: true,
    isEditor: false,
    isViewer: false,
    isConnectionManager: false,
    isMonitoringViewer: false,
    permissions: ["connections.list", "plugins.switch"],
    initialPassword: false,
  };
  expect(hasPermission(profile, "connections.list")).toBe(true);
  expect(hasPermission(profile, "connections.update")).toBe(false);
  expect(hasPermission(null, "connections.list")).toBe(false);
  expect(hasPermission(undefined, "connections.list")).toBe(false);
});

import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";

import { api } from "./client";
import type { Profile } from "./schema";
import { checkSession, hasPermission } from "./session";

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
    mustChangePassword: false,
  };
  expect(hasPermission(profile, "connections.list")).toBe(true);
  expect(hasPermission(profile, "connections.update")).toBe(false);
  expect(hasPermission(null, "connections.list")).toBe(false);
  expect(hasPermission(undefined, "connections.list")).toBe(false);
});

test("while haltere is unreachable, a check of the session is one request, and the user stays", async () => {
  vi.useFakeTimers();
  const get = vi.spyOn(api, "GET").mockRejectedValue(new TypeError("Failed to fetch"));
  const queries = new QueryClient({ defaultOptions: { queries: { networkMode: "always" } } });
  const session = { isActive: true, profile: { username: "ann" } };
  queries.setQueryData(["profile"], session);
  await checkSession(queries);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(get).toHaveBeenCalledTimes(1);
  expect(queries.getQueryData(["profile"])).toEqual(session);
  vi.useRealTimers();
  get.mockRestore();
});

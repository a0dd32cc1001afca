import type { QueryClient } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import type { Preferences } from "./schema";
import { currentProfile, hasPermission } from "./session";

/** How long to collect changes before they are sent, in milliseconds. */
const DELAY = 500;

let queries: QueryClient | undefined;
let pending: Preferences = {};
let timer: ReturnType<typeof setTimeout> | undefined;

/** From now on, changed preferences are sent to the server while a user is logged in. */
export function keepPreferences(client: QueryClient): void {
  queries = client;
}

/** Sends changed preferences, so that they are the same in other browsers. This one keeps them itself, whether or not that works. */
export function savePreferences(change: Preferences): void {
  pending = { ...pending, ...change, ...(change.tables && { tables: { ...pending.tables, ...change.tables } }) };
  clearTimeout(timer);
  timer = setTimeout(send, DELAY);
}

function send(): void {
  const preferences = pending;
  pending = {};
  const profile = queries && currentProfile(queries);
  // Not before the login, and not while an administrator sees haltere as this user does.
  if (!hasPermission(profile, "profile.change-preferences")) return;
  unwrap(api.PATCH("/api/profile", { body: { preferences } })).catch(() => undefined);
}

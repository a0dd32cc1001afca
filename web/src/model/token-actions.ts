import type { Permission } from "../api/schema";
import { ROLE_ACTIONS } from "virtual:role-actions";

/** What no token may do, what every token may do, and what is not done over HTTP. */
const NOT_CHOSEN: ReadonlySet<Permission> = new Set<Permission>([
  "profile.read",
  "profile.list-sessions",
  "profile.end-sessions",
  "profile.list-tokens",
  "profile.revoke-tokens",
  "profile.change-password",
  "profile.change-preferences",
  "profile.second-factor",
  "profile.stop-viewing-as",
  "users.view-as",
  "users.reset-second-factor",
  "tokens.create",
  "installation.back-up",
  "vault.manage",
]);

/** The actions that a token with this role can be limited to. */
export function tokenActions(role: string): readonly Permission[] {
  return (ROLE_ACTIONS[role] ?? []).filter((action) => !NOT_CHOSEN.has(action));
}

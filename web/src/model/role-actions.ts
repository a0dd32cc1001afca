import { ROLE_ACTIONS } from "virtual:role-actions";

import type { Permission } from "../api/schema";

/** All roles, by the API's names. */
export const ROLES: readonly string[] = Object.keys(ROLE_ACTIONS);

const ALL: ReadonlySet<Permission> = new Set(Object.values(ROLE_ACTIONS).flat());

/** What every role allows. */
export const COMMON_ACTIONS: readonly Permission[] = [...ALL].filter((action) =>
  ROLES.every((role) => ROLE_ACTIONS[role]?.includes(action)),
);

/** What a role allows that not every role does. */
export function actionsOf(role: string): readonly Permission[] {
  return (ROLE_ACTIONS[role] ?? []).filter((action) => !COMMON_ACTIONS.includes(action));
}

/** Whether a role allows everything there is. */
export function allowsEverything(role: string): boolean {
  return ROLE_ACTIONS[role]?.length === ALL.size;
}

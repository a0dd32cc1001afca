import type { User } from "../api/schema";

/** Whether a user can log in, for display. */
export const USER_STATES = ["active", "mustChangePassword", "invited", "noPassword", "disabled"] as const;
export type UserState = (typeof USER_STATES)[number];

/** `noPassword`: there is neither a password nor a valid invitation. */
export function userState({ disabled, hasPassword, mustChangePassword, invitedUntil }: User, now: number): UserState {
  if (disabled) return "disabled";
  if (!hasPassword) return isValid(invitedUntil, now) ? "invited" : "noPassword";
  return mustChangePassword ? "mustChangePassword" : "active";
}

/** Whether an invitation can still be used. */
function isValid(until: string | undefined, now: number): boolean {
  return until !== undefined && Date.parse(until) > now;
}

import type { Token } from "../api/schema";

/** Whether an application token can be used, for display. */
export type TokenState = "valid" | "expiring" | "expired" | "unreadable";

const WEEK = 7 * 86_400_000;

/**
 * `expiring`: within a week, or of a token that is valid for less than three weeks, in the last third of that time.
 * `unreadable`: what limits the token can't be read, so it is not valid.
 */
export function tokenState({ issueDate, validUntil, valid }: Token, now: number): TokenState {
  const end = Date.parse(validUntil);
  if (end <= now) return "expired";
  if (!valid) return "unreadable";
  const notice = Math.min(WEEK, (end - Date.parse(issueDate)) / 3);
  return end - now <= notice ? "expiring" : "valid";
}

import { ApiError } from "../api/client";
import type { Messages } from "../i18n/en";

/** What went wrong, for a person: the server's own words where we have none. */
export function errorText(failure: Error, t: Messages): string {
  const { errors, login, offline, storage } = t;
  if (!(failure instanceof ApiError)) return failure.message;
  if (failure.isUnreachable) return errors.unreachable;
  const { retryAfter } = failure;
  // Passwords that were tried too often say nothing about how busy haltere is.
  const isGuessing = failure.limit?.includes("failed_logins") ?? failure.status === 429;
  if (isGuessing && retryAfter !== undefined) {
    return login.tooOften(formatWait(retryAfter));
  }
  if (failure.isOverloaded) {
    const again = retryAfter === undefined ? offline.later : offline.again(formatWait(retryAfter));
    return `${overloadText(failure, t)} ${again}`;
  }
  if (failure.reason) return `${storage.reasons[failure.reason]?.title ?? failure.reason}. ${storage.means}`;
  if (failure.status === 404 && failure.message === "Plugin not found") return errors.pluginOff;
  return failure.message;
}

/** How long to wait, rounded up. */
function formatWait(seconds: number): string {
  return seconds <= 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Of what there is too much. */
export function overloadText({ limit, message }: ApiError, { offline }: Messages): string {
  if (limit === undefined) return `${offline.busy}: ${message}.`;
  const [, what] = Object.entries(offline.limits).find(([part]) => limit.includes(part)) ?? [];
  return what ? `${offline.busy}: ${what}.` : `${offline.busy}: ${message} (${limit}).`;
}

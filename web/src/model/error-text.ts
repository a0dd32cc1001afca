import { ApiError } from "../api/client";
import type { Messages } from "../i18n/en";

/** An error as text for the user; the server's message where there is none of ours. */
export function errorText(failure: Error, t: Messages): string {
  const { errors, login, offline, storage } = t;
  if (!(failure instanceof ApiError)) return failure.message;
  if (failure.isUnreachable) return errors.unreachable;
  const { retryAfter } = failure;
  // Failed logins say nothing about the load of the server.
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

/** A wait, rounded up. */
function formatWait(seconds: number): string {
  return seconds <= 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Which limit was reached. */
export function overloadText({ limit, message }: ApiError, { offline }: Messages): string {
  if (limit === undefined) return `${offline.busy}: ${message}.`;
  const [, what] = Object.entries(offline.limits).find(([part]) => limit.includes(part)) ?? [];
  return what ? `${offline.busy}: ${what}.` : `${offline.busy}: ${message} (${limit}).`;
}

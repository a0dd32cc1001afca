import { ApiFailure } from "../api/client";
import type { Words } from "../i18n/en";

/** What went wrong, for a person: the server's own words where we have none. */
export function failureText(failure: Error, words: Words): string {
  const { errors, login, offline, storage } = words;
  if (!(failure instanceof ApiFailure)) return failure.message;
  if (failure.isUnreachable) return errors.unreachable;
  const { retryAfter } = failure;
  // Passwords that were tried too often say nothing about how busy haltere is.
  const isGuessing = failure.limit?.includes("failed_logins") ?? failure.status === 429;
  if (isGuessing && retryAfter !== undefined) {
    return login.tooOften(wait(retryAfter));
  }
  if (failure.isBusy) {
    const again = retryAfter === undefined ? offline.later : offline.again(wait(retryAfter));
    return `${busyText(failure, words)} ${again}`;
  }
  if (failure.reason) return `${storage.reasons[failure.reason]?.title ?? failure.reason}. ${storage.means}`;
  if (failure.status === 404 && failure.message === "Plugin not found") return errors.pluginOff;
  return failure.message;
}

/** How long to wait, rounded up. */
function wait(seconds: number): string {
  return seconds <= 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Of what there is too much. */
export function busyText({ limit, message }: ApiFailure, { offline }: Words): string {
  if (limit === undefined) return `${offline.busy}: ${message}.`;
  const [, what] = Object.entries(offline.limits).find(([part]) => limit.includes(part)) ?? [];
  return what ? `${offline.busy}: ${what}.` : `${offline.busy}: ${message} (${limit}).`;
}

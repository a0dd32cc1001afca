import { ApiError } from "../api/client";
import type { CoreMessages } from "../i18n/en-core";

/** An error as text for the user; the server's message, said to be that, where there is none of ours. */
export function errorText(error: Error, t: CoreMessages): string {
  const { errors, login, offline, storage } = t;
  if (!(error instanceof ApiError)) return error.message;
  if (error.isUnreachable) return errors.unreachable;
  if (error.isUnauthorized) return errors.noSession;
  // Trouble of the storage is an internal error with a reason, which says more.
  const known = error.reason === undefined ? errors.refusals[error.message] : undefined;
  if (known) return known;
  const { retryAfter } = error;
  // Failed logins say nothing about the load of the server.
  const isLoginLimit = error.limit?.includes("failed_logins") ?? error.status === 429;
  if (isLoginLimit && retryAfter !== undefined) {
    return login.tooManyAttempts(formatWait(retryAfter));
  }
  if (error.isOverloaded) {
    const again = retryAfter === undefined ? offline.later : offline.again(formatWait(retryAfter));
    return `${overloadText(error, t)} ${again}`;
  }
  if (error.reason) return `${storage.reasons[error.reason]?.title ?? error.reason}. ${storage.effect}`;
  if (error.isEditConflict) return `${errors.editConflict}. ${errors.nothingSaved}`;
  return errors.serverSays(error.message);
}

/** A wait, rounded up. */
function formatWait(seconds: number): string {
  return seconds <= 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Which limit was reached. */
export function overloadText({ limit, message }: ApiError, { offline }: CoreMessages): string {
  if (limit === undefined) return `${offline.busy}: ${message}.`;
  const [, what] = Object.entries(offline.limits).find(([part]) => limit.includes(part)) ?? [];
  return what ? `${offline.busy}: ${what}.` : `${offline.busy}: ${message} (${limit}).`;
}

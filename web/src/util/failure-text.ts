import { ApiFailure } from "../api/client";
import type { Words } from "../i18n/en";

/** What went wrong, for a person: the server's own words where it had any. */
export function failureText(failure: Error, { errors }: Words): string {
  if (!(failure instanceof ApiFailure)) return failure.message;
  if (failure.isUnreachable) return errors.unreachable;
  if (failure.status === 404 && failure.message === "Plugin not found") return errors.pluginOff;
  return failure.message;
}

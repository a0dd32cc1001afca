import { faultText } from "../i18n/faults";
import { ApiError } from "../api/client";
import type { Language } from "../i18n/language";
import type { Messages } from "../i18n/en";
import { errorText } from "./error-text";

/** An error as text for the user, where no form shows the field that it is about. */
export function refusalText(error: Error, t: Messages, language: Language): string {
  const text = faultText(error, language);
  if (text === undefined) return errorText(error, t);
  const refusal = error instanceof ApiError ? error : undefined;
  const [, field] = /^([a-zA-Z.]+)(?:\[\d+\])?: /.exec(refusal?.fieldMessage ?? error.message) ?? [];
  const named = field === undefined ? text : `${t.fieldNames[field] ?? field}: ${text}`;
  return refusal?.isUnreadable ? `${t.failed.unreadable} ${named}` : named;
}

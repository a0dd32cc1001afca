import type { UserChange } from "../../api/schema";
import { ApiError } from "../../api/client";
import type { FieldError } from "../../forms/field-error";
import { namedProperty } from "../../forms/field-error";
import { faultText } from "../../i18n/faults";
import type { Messages } from "../../i18n/en";
import type { Language } from "../../i18n/language";

const FIELDS = ["username", "roles", "password", "disabled", "mustChangePassword"] as const;
export type UserField = (typeof FIELDS)[number];

/** The server's message about a change that would leave no administrator; it names no field. */
const LAST_ADMINISTRATOR = "The last administrator can't be deleted, disabled or lose the role admin";

/** The field that a refusal of a user is about, and why. */
export function userFieldError(
  error: Error | null,
  change: UserChange,
  t: Messages,
  language: Language,
): FieldError<UserField> | undefined {
  if (error?.message === LAST_ADMINISTRATOR) {
    const field = change.roles && !change.roles.includes("admin") ? "roles" : "disabled";
    return { field, text: t.errors.refusals[LAST_ADMINISTRATOR] ?? LAST_ADMINISTRATOR };
  }
  const named = namedProperty(error, language);
  const field = FIELDS.find((each) => each === named?.name);
  if (!field || !named || !(error instanceof ApiError)) return undefined;
  // Some reasons have no key.
  return { field, text: faultText(error, language) ?? t.users.refusals[error.fieldMessage] ?? named.text };
}

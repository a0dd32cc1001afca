import { ApiError } from "../../api/client";
import type { FieldError } from "../../forms/field-error";
import { namedProperty } from "../../forms/field-error";
import type { Messages } from "../../i18n/en";
import { faultText } from "../../i18n/faults";
import type { Language } from "../../i18n/language";

const FIELDS = ["name", "description", "role", "users", "connections", "label", "narrows"] as const;
export type GroupField = (typeof FIELDS)[number];

/** The server's message about a change that would hide connections from the last administrator; it names no field. */
const LAST_ADMINISTRATOR = "The last administrator can't be in a group that hides connections";

/** The field that a refusal of a group is about, and why. */
export function groupFieldError(
  error: Error | null,
  t: Messages,
  language: Language,
): FieldError<GroupField> | undefined {
  if (error?.message === LAST_ADMINISTRATOR) {
    return { field: "users", text: t.groups.refusals[LAST_ADMINISTRATOR] ?? LAST_ADMINISTRATOR };
  }
  const named = namedProperty(error, language);
  const field = FIELDS.find((each) => each === named?.name);
  if (!field || !named || !(error instanceof ApiError)) return undefined;
  // Some reasons have no key.
  const { fieldMessage } = error;
  return { field, text: faultText(error, language) ?? t.groups.refusals[fieldMessage] ?? textOf(named.text, t) };
}

/** A reason without a key that contains values. */
function textOf(reason: string, { groups }: Messages): string {
  const [, names] = /^there is no (?:user|connection) (.*)$/s.exec(reason) ?? [];
  if (names !== undefined) return groups.unknown(names);
  const [, max] = /^must be at most (\d+)/.exec(reason) ?? [];
  return max === undefined ? reason : groups.tooMany(max);
}

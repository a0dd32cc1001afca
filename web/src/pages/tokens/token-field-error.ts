import { ApiError } from "../../api/client";
import type { FieldError } from "../../forms/field-error";
import { namedProperty } from "../../forms/field-error";
import { faultText } from "../../i18n/faults";
import type { Messages } from "../../i18n/en";
import type { Language } from "../../i18n/language";

const FIELDS = [
  "name",
  "description",
  "validUntil",
  "role",
  "readOnly",
  "actions",
  "connections",
  "labels",
  "networks",
] as const;
export type TokenField = (typeof FIELDS)[number];

/** The server's messages that have no key and contain values, each with the text for the user. */
const PATTERNS: readonly (readonly [RegExp, (t: Messages, ...values: string[]) => string])[] = [
  [/^validUntil: (?:must be a time|must not be empty)/, ({ tokens }) => tokens.noDate],
  [/^validUntil: must be at most (\d+) days/, ({ tokens }, days = "") => tokens.tooLate(days)],
  [/^role: allows more than/, ({ tokens }) => tokens.roleExceeds],
  [/^networks: "(.*)" is not an IP address/s, ({ tokens }, text = "") => tokens.notNetwork(text)],
  [
    /^networks: "(.*)": the length of the prefix must be a number from 0 to (\d+)/s,
    ({ tokens }, text = "", max = "") => tokens.badPrefix(text, max),
  ],
  [
    /^networks: "(.*)" has bits set behind its prefix; write (\S+)/s,
    ({ tokens }, text = "", network = "") => tokens.hostBits(text, network),
  ],
  [/^networks: must be at most (\d+)/, ({ tokens }, n = "") => tokens.tooManyNetworks(n)],
  [/^connections: must be at most (\d+)/, ({ tokens }, n = "") => tokens.tooManyConnections(n)],
];

/** The field that a refusal of a new token is about, and why. */
export function tokenFieldError(
  error: Error | null,
  t: Messages,
  language: Language,
): FieldError<TokenField> | undefined {
  const named = namedProperty(error, language);
  const field = FIELDS.find((each) => each === named?.name);
  if (!field || !named || !(error instanceof ApiError)) return undefined;
  // Some reasons have no key.
  const { fieldMessage } = error;
  const text = faultText(error, language) ?? t.tokens.refusals[fieldMessage] ?? patternText(fieldMessage, t);
  return { field, text: text ?? named.text };
}

function patternText(message: string, t: Messages): string | undefined {
  for (const [pattern, text] of PATTERNS) {
    const [found, ...values] = pattern.exec(message) ?? [];
    if (found !== undefined) return text(t, ...values);
  }
  return undefined;
}

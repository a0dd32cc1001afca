import { ApiError } from "../api/client";
import { faultText } from "../i18n/faults";
import type { Language } from "../i18n/language";
import type { Draft } from "./draft";

/** The form's field for each property that the server may name in a refusal. */
const FIELD_OF: ReadonlyMap<string, keyof Draft> = new Map([
  ["name", "name"],
  ["id", "id"],
  ["url", "url"],
  ["credentials", "username"],
  ["credentials.username", "username"],
  ["credentials.password", "password"],
  ["credentials.clientId", "clientId"],
  ["rejectUnauthorized", "verify"],
  ["ca", "ca"],
  ["cert", "cert"],
  ["key", "key"],
  ["tls", "serverName"],
  ["tls.alpn", "alpn"],
  ["tls.serverName", "serverName"],
  ["labels", "labels"],
  ["noMetricsMode", "noMetricsMode"],
  ["roundtrip", "roundtrip"],
]);

/** Checked together: a key belongs to a certificate, a password to a user name. */
const RELATED: readonly (readonly (keyof Draft)[])[] = [
  ["cert", "key"],
  ["username", "password"],
];

/** A refusal of one field. */
export interface FieldError<Field extends string = keyof Draft> {
  readonly field: Field;
  /** What is wrong with it, without its name. */
  readonly text: string;
}

/** The property that a refusal names, and what is wrong with it, without its name. */
export function namedProperty(error: Error | null, language: Language): { name: string; text: string } | undefined {
  if (!(error instanceof ApiError) || error.status < 400) return undefined;
  const [, name, text] = /^(labels\.[^:]+|[a-zA-Z]+(?:\.[a-zA-Z]+|\[\d+\])*): (.*)$/s.exec(error.fieldMessage) ?? [];
  if (name === undefined || text === undefined) return undefined;
  return { name, text: faultText(error, language) ?? text };
}

/** The field that a refusal names, as in `tls.alpn: is too long`; undefined if it names none of the form's. */
export function fieldError(error: Error | null, language: Language): FieldError | undefined {
  const named = namedProperty(error, language);
  const field = named && fieldOf(named.name);
  return field && { field, text: named.text };
}

/** The form's field for a property: `ca.data` and `tls.alpn[1]` belong to the field that contains them. */
export function fieldOf(property: string): keyof Draft | undefined {
  const parts = property.replaceAll(/\[\d+\]/g, "").split(".");
  for (; parts.length > 0; parts.pop()) {
    const field = FIELD_OF.get(parts.join("."));
    if (field) return field;
  }
  return undefined;
}

/** Whether a field, or one that is checked with it, differs between two drafts: then an error no longer applies. */
export function isEdited(field: keyof Draft, one: Draft, other: Draft): boolean {
  const fields = RELATED.find((group) => group.includes(field)) ?? [field];
  return fields.some((each) => one[each] !== other[each]);
}

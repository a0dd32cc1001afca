import type { AuditEntry } from "../api/schema";
import type { Messages } from "../i18n/en";
import type { Language } from "../i18n/language";
import { auditDetail } from "./audit-detail";

/** What the server calls itself and its command line; no user has this name. */
export const SYSTEM = "system";

/** The most fields that a sentence names. */
const MAX_FIELDS = 3;

/** A piece of a sentence; names are those of users and objects. */
export interface SentencePart {
  readonly text: string;
  readonly isName: boolean;
}

/** What an entry says: a sentence, and what that does not say. */
export interface AuditText {
  readonly sentence: readonly SentencePart[];
  readonly rest: string | undefined;
}

/** An entry in words. `nameOf` is the name of a connection that there still is. */
export function auditText(
  entry: AuditEntry,
  nameOf: (connectionId: string) => string | undefined,
  t: Messages,
  language: Language,
): AuditText {
  const { actor, action, outcome, detail = "", times } = entry;
  const { sentences, unknownAction, system } = t.audit;
  const words = detail === "" ? [] : detail.split("; ");
  const fields = fieldsOf(entry, words, t);
  const values: Values = {
    actor: { text: actor === SYSTEM ? system : actor, isName: actor !== SYSTEM },
    action: { text: action, isName: false },
    object: name(objectName(entry, nameOf)),
    fields: fields && { text: phrase(fields, t, language), isName: false },
  };
  const index = outcome === "denied" ? 1 : 0;
  const render = (key: string) => {
    const template = Object.hasOwn(sentences, key) ? sentences[key]?.[index] : undefined;
    return template === undefined ? undefined : fill(template, values);
  };
  const [first = ""] = words;
  const special = first === "" ? undefined : render(`${action} ${first}`);
  const sentence = special ?? render(action) ?? fill(unknownAction, values) ?? [];
  // A reason for the refusal is said in addition.
  const isSaid = (special && index === 0) || (fields && outcome !== "denied");
  const rest = (isSaid ? words.slice(1) : words).join("; ");
  const parts = [rest && auditDetail(rest, t, language), times && t.activity.times(times)].filter(Boolean);
  return { sentence, rest: parts.length > 0 ? parts.join(" · ") : undefined };
}

/** A sentence as one text, with names that can't reorder it. */
export function sentenceText(sentence: readonly SentencePart[]): string {
  return sentence.map(({ text, isName }) => (isName ? `\u2068${text}\u2069` : text)).join("");
}

/** The name of an entry's object, else its id: a connection that is gone has the name that the entry gives it. */
export function objectName(
  { object, objectKind, changes = [] }: AuditEntry,
  nameOf: (connectionId: string) => string | undefined,
): string | undefined {
  if (object === undefined || objectKind !== "connection") return object;
  const change = changes.find(({ field }) => field === "name");
  return nameOf(object) ?? change?.after ?? change?.before ?? object;
}

/** The changed fields, if the first words of the detail are these; a connection that is created has none. */
function fieldsOf({ action }: AuditEntry, [list]: readonly string[], t: Messages): readonly string[] | undefined {
  if (!["connection.update", "connection.create", "connection.overwrite"].includes(action)) return undefined;
  const names = list?.split(", ");
  return names?.every((each) => Object.hasOwn(t.audit.fields, each)) ? names : undefined;
}

function phrase(names: readonly string[], { audit }: Messages, language: Language): string {
  if (names.length > MAX_FIELDS) return audit.manyFields(names.length);
  const texts = names.map((each) => audit.fields[each] ?? each);
  return new Intl.ListFormat(language === "en" ? "en-GB" : language).format(texts);
}

type Values = Readonly<Record<string, SentencePart | undefined>>;

const name = (text: string | undefined) => (text === undefined ? undefined : { text, isName: true });

/** Fills a template; undefined if a value is missing outside of a choice. */
function fill(template: string, values: Values): SentencePart[] | undefined {
  const chosen = template.replaceAll(/\[([^\]]*)\]/g, (_, choice: string) => {
    const texts = choice.split("|");
    return texts.find((text) => placeholders(text).every((each) => values[each] !== undefined)) ?? "";
  });
  if (placeholders(chosen).some((each) => values[each] === undefined)) return undefined;
  // Texts and placeholders take turns.
  return chosen
    .split(/\{(\w+)\}/)
    .map((text, index) => (index % 2 === 0 ? { text, isName: false } : (values[text] ?? { text, isName: false })))
    .filter(({ text }) => text !== "");
}

function placeholders(text: string): string[] {
  return Array.from(text.matchAll(/\{(\w+)\}/g), ([, each = ""]) => each);
}

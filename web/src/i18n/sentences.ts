import { useMemo } from "react";

import type { ConnectionError, Sentence } from "../api/schema";
import { formatDate, formatDateTime } from "../util/format-time";
import type { Details } from "./details";
import { loadDetails, useDetails } from "./details";
import type { CoreMessages } from "./en-core";
import type { Language } from "./language";
import { useLanguage, useMessages } from "./language";

/** A text, and its language where that is not the user's. */
export interface LocalizedText {
  readonly text: string;
  readonly lang?: "en";
}

/** Advice as the server sends it. */
export interface ServerAdvice {
  readonly advice: readonly string[];
  readonly adviceKeys: readonly Sentence[];
}

/** A line of advice: its key, and the text. */
export interface AdviceText extends LocalizedText {
  readonly key: string;
}

/** Text that can't reorder the text around it. */
const ASCII = /^[ -~]*$/;

/** Makes texts of what the server sends as keys with parameters. */
export class Sentences {
  readonly language: Language;
  readonly #messages: CoreMessages;
  readonly #details: Details | undefined;

  /** Without `details`, they are loaded when they are needed, and missing until then. */
  constructor(messages: CoreMessages, language: Language, details?: Details) {
    this.#messages = messages;
    this.language = language;
    this.#details = details;
  }

  /** What failed; the server's own text if it has a key that is not known here. */
  failure({ message, reason, notes = [] }: ConnectionError): LocalizedText {
    const parts = [
      reason && this.#render(this.#messages.reasons, reason),
      ...notes.map((note) => this.#render(this.#messages.notes, note)),
    ];
    return parts.every((part) => part !== undefined) ? { text: joined(parts) } : this.#fromServer(message);
  }

  /** Advice, of which the server sends both the text and the key of each line. `faults`: what is wrong with a field. */
  advice(templates: Templates, faults: Templates, { advice, adviceKeys }: ServerAdvice): AdviceText[] {
    return advice.map((line, index) => {
      const sentence = adviceKeys[index];
      const text = sentence && this.#render(templates, sentence, { fault: faults });
      const key = sentence?.key ?? line;
      return text === undefined ? { key, ...this.#fromServer(line) } : { key, text };
    });
  }

  #fromServer(text: string): LocalizedText {
    return this.language === "en" ? { text } : { text, lang: "en" };
  }

  /** The text of a sentence; undefined if it is not known here, or a parameter is missing. */
  #render(templates: Templates, sentence: Sentence, more?: TemplatesByName): string | undefined {
    const within: TemplatesByName = { ...this.#details, whose: this.#messages.certificateOwners, ...more };
    const render = (outer: Templates, inner: Sentence): string | undefined =>
      renderSentence(outer, inner, (name, value) => {
        if (name === "date") return formatDate(value, this.language);
        if (name === "time") return formatDateTime(value, this.language);
        if (!isKey(name)) return String(value);
        const texts = within[name];
        // Its parameters are next to it.
        if (texts) return render(texts, { key: String(value), params: sentence.params });
        if (!this.#details) loadDetails(this.language);
        return "…";
      });
    return render(templates, sentence);
  }
}

/** Texts by their keys. */
type Templates = Readonly<Record<string, string>>;
type TemplatesByName = Readonly<Record<string, Templates>>;

/** The parameters that are keys of texts, as they are in `openapi/sentences.json`. */
const KEYS: ReadonlySet<string> = new Set(
  "alert algorithm answer bug fault field found io network resolver violation whose".split(" "),
);

/** Whether a parameter of this name is the key of a text, and no value from outside. */
export function isKey(name: string): boolean {
  return KEYS.has(name);
}

/** Fills a template; undefined if there is none, or a parameter is missing. */
export function renderSentence(
  templates: Templates,
  { key, params }: Sentence,
  toText: (name: string, value: string | number) => string | undefined,
): string | undefined {
  const template = Object.hasOwn(templates, key) ? templates[key] : undefined;
  if (template === undefined) return undefined;
  let text = "";
  for (const { before, name, isVerbatim } of parseTemplate(template)) {
    text += before;
    if (name === undefined) continue;
    const given = params[name];
    const value = given === undefined ? undefined : toText(name, given);
    if (value === undefined) return undefined;
    text += isVerbatim || ASCII.test(value) ? value : `\u2068${value}\u2069`;
  }
  return text;
}

/** A piece of a template: text, and the parameter after it; the last piece has none. */
interface Piece {
  readonly before: string;
  readonly name?: string | undefined;
  /** Whether the value is to be copied as it is. */
  readonly isVerbatim?: boolean;
}

/** By template: the sentences of a large fleet have few. */
const pieces = new Map<string, readonly Piece[]>();

function parseTemplate(template: string): readonly Piece[] {
  let parsed = pieces.get(template);
  if (!parsed) pieces.set(template, (parsed = [...splitTemplate(template)]));
  return parsed;
}

function* splitTemplate(template: string): Generator<Piece> {
  // Texts and names take turns.
  const parts = template.split(/\{(\w+)\}/);
  let isCommand = false;
  for (let index = 0; index < parts.length; index += 2) {
    const [before = "", name] = parts.slice(index, index + 2);
    // Backticks enclose a command.
    if (before.split("`").length % 2 === 0) isCommand = !isCommand;
    yield { before, name, isVerbatim: isCommand || (name !== undefined && isKey(name)) };
  }
}

/** Sentences in a row. One that ends with a value of the server may lack its full stop. */
function joined(sentences: readonly string[]): string {
  const last = sentences.length - 1;
  return sentences.map((text, index) => (index < last && !/[.?!]$/.test(text) ? `${text}.` : text)).join(" ");
}

/** {@link Sentences} in the current language. */
export function useSentences(): Sentences {
  const messages = useMessages();
  const language = useLanguage();
  const details = useDetails(language);
  return useMemo(() => new Sentences(messages, language, details), [messages, language, details]);
}

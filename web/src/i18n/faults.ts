import { ApiError } from "../api/client";
import type { Sentence } from "../api/schema";
import * as de from "./de-faults";
import * as en from "./en-faults";
import type { Language } from "./language";
import { useLanguage } from "./language";
import { renderSentence } from "./sentences";

/** What is wrong with fields. */
export type Faults = typeof en;

/** The texts of faults. Apart from the other messages, because only forms need them. */
export const FAULTS: Readonly<Record<Language, Faults>> = { en, de };

/** What is wrong with the field that a refusal names; undefined if it names none, or has a key that is not known here. */
export function faultText(error: Error | null, language: Language): string | undefined {
  return error instanceof ApiError && error.fault ? faultSentence(error.fault, language) : undefined;
}

/** The same with the name of the field, for a file: the names are those in it. */
export function namedFaultText(error: Error, language: Language): string | undefined {
  const text = faultText(error, language);
  const [, field] = /^([\w.]+): /.exec(error.message) ?? [];
  return text !== undefined && field !== undefined ? `${field}: ${text}` : text;
}

/** What is wrong with a field; undefined if the key is not known here. */
export function faultSentence(fault: Sentence, language: Language): string | undefined {
  const { faults, fileContents } = FAULTS[language];
  return renderSentence(faults, fault, (name, value) =>
    name === "found" ? (fileContents as Readonly<Record<string, string>>)[value] : String(value),
  );
}

/** {@link faultText} in the current language. */
export function useFaultText(): (error: Error | null) => string | undefined {
  const language = useLanguage();
  return (error) => faultText(error, language);
}

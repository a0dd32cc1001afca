import { ApiError } from "../api/client";
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
  if (!(error instanceof ApiError) || !error.fault) return undefined;
  const { faults, fileContents } = FAULTS[language];
  return renderSentence(faults, error.fault, (name, value) =>
    name === "found" ? (fileContents as Readonly<Record<string, string>>)[value] : String(value),
  );
}

/** {@link faultText} in the current language. */
export function useFaultText(): (error: Error | null) => string | undefined {
  const language = useLanguage();
  return (error) => faultText(error, language);
}

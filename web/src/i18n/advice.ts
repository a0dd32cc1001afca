import { advice as de } from "./de-advice";
import { advice as en } from "./en-advice";
import { FAULTS } from "./faults";
import type { Language } from "./language";
import { useLanguage } from "./language";
import type { AdviceText, ServerAdvice } from "./sentences";
import { useSentences } from "./sentences";

/** The texts of advice. Apart from the other messages, because no page needs them that opens first. */
export const ADVICE: Readonly<Record<Language, typeof en>> = { en, de };

/** Makes texts of the server's advice in the current language. */
export function useAdvice(): (response: ServerAdvice) => AdviceText[] {
  const sentences = useSentences();
  const language = useLanguage();
  const templates = ADVICE[language];
  const { faults } = FAULTS[language];
  return (response) => sentences.advice(templates, faults, response);
}

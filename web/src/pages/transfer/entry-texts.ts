import type { ImportReportEntry, Sentence } from "../../api/schema";
import { faultSentence } from "../../i18n/faults";
import type { Language } from "../../i18n/language";
import type { PageMessages } from "../../i18n/en-pages";
import type { LocalizedText } from "../../i18n/sentences";
import { renderSentence } from "../../i18n/sentences";

/** The text of a key of the server's; the server's own text if the key is not known here. */
export function keyedText(
  templates: Readonly<Record<string, string>>,
  sentence: Sentence | undefined,
  fallback: string,
  language: Language,
): LocalizedText {
  return ownOrServer(sentence && renderSentence(templates, sentence, (_, value) => String(value)), fallback, language);
}

/** Why an entry is skipped or refused, and what is not imported of it. */
export function entryTexts(
  { reason, reasonKey, faults = [], faultKeys = [], notes = [], noteKeys = [] }: ImportReportEntry,
  { transfer }: Pick<PageMessages, "transfer">,
  language: Language,
): LocalizedText[] {
  return [
    ...(reason === undefined ? [] : [keyedText(transfer.reasons, reasonKey, reason, language)]),
    ...faults.map((text, index) => {
      const { field, fault } = faultKeys[index] ?? {};
      const own = fault && faultSentence(fault, language);
      return ownOrServer(own && (field ? `${field}: ${own}` : own), text, language);
    }),
    ...notes.map((text, index) => keyedText(transfer.notes, noteKeys[index], text, language)),
  ];
}

function ownOrServer(own: string | undefined, text: string, language: Language): LocalizedText {
  if (own !== undefined) return { text: own };
  return language === "en" ? { text } : { text, lang: "en" };
}

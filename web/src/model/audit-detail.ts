import type { Messages } from "../i18n/en";
import { renderSentence } from "../i18n/sentences";

/**
 * What an audit entry says in addition to its action, in the language of `details`. The server has it in English
 * words, and words that are not known here stay as they are.
 */
export function auditDetail(
  detail: string,
  { details }: Messages["activity"],
  toText: (name: string, value: string) => string,
): string {
  const translate = (words: string) => {
    for (const key of Object.keys(details)) {
      const params = matchTemplate(key, words);
      if (params)
        return renderSentence(details, { key, params }, (name, value) => toText(name, String(value))) ?? words;
    }
    return words;
  };
  return detail.split("; ").map(translate).join("; ");
}

const patterns = new Map<string, RegExp>();

/** The parameters with which a template is these words. */
function matchTemplate(template: string, words: string): Record<string, string> | undefined {
  let pattern = patterns.get(template);
  if (!pattern) {
    const source = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>.+)`);
    patterns.set(template, (pattern = new RegExp(`^${source}$`)));
  }
  const match = pattern.exec(words);
  return match ? { ...match.groups } : undefined;
}

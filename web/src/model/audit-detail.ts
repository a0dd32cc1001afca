import type { Messages } from "../i18n/en";
import type { Language } from "../i18n/language";
import { renderSentence } from "../i18n/sentences";
import { formatDateTime } from "../util/format-time";

/**
 * What an audit entry says in addition to its action. The server has it in English words, and words that are not
 * known here stay as they are.
 */
export function auditDetail(detail: string, t: Messages, language: Language): string {
  const { details } = t.activity;
  const toText = (param: string, value: string) => {
    if (param === "time") return formatDateTime(value, language);
    if (param === "source") return t.transfer.sources[value] ?? value;
    return param === "fields" || param === "role" ? names(value, t) : value;
  };
  const translate = (words: string) => {
    for (const key of Object.keys(details)) {
      const params = matchTemplate(key, words);
      if (params) {
        return renderSentence(details, { key, params }, (name, value) => toText(name, String(value))) ?? words;
      }
    }
    return names(words, t);
  };
  return detail.split("; ").map(translate).join("; ");
}

/** Names of fields and roles, separated by commas. */
function names(list: string, { fieldNames, roleNames }: Messages): string {
  const known = (name: string) => [fieldNames, roleNames].find((names) => Object.hasOwn(names, name))?.[name] ?? name;
  return list.split(", ").map(known).join(", ");
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

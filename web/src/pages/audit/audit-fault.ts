import { namedProperty } from "../../forms/field-error";
import { faultSentence } from "../../i18n/faults";
import type { Messages } from "../../i18n/en";
import type { Language } from "../../i18n/language";
import type { AuditCondition } from "../../model/audit-search";
import { AUDIT_CONDITIONS } from "../../model/audit-search";
import type { AuditFault } from "./AuditFilters";

/** What the server refuses of the filter; undefined if it names no condition of it. */
export function auditFault(error: Error | null, t: Messages, language: Language): AuditFault | undefined {
  const named = namedProperty(error, language);
  if (!named) return undefined;
  const { name, text } = named;
  const condition = RENAMED.get(name) ?? AUDIT_CONDITIONS.find((each) => each === name);
  if (!condition) return undefined;
  const [, max] = /^must be at most (\d+) characters long$/.exec(text) ?? [];
  const tooLong = max === undefined ? undefined : faultSentence({ key: "tooLong", params: { max } }, language);
  return { condition, text: tooLong ?? t.audit.filter.faults[condition] ?? text };
}

/** The parameters of the API whose fields have another name. */
const RENAMED: ReadonlyMap<string, AuditCondition> = new Map([
  ["since", "from"],
  ["until", "to"],
]);

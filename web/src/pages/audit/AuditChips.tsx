import { Button } from "@mantine/core";
import type { RefObject } from "react";

import { useFleet } from "../../api/fleet";
import { useFocusHandover } from "../../hooks/use-focus-handover";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import type { AuditCondition, AuditSearch } from "../../model/audit-search";
import { actionsOf, AUDIT_CONDITIONS } from "../../model/audit-search";
import { Chip } from "../../ui/Chip";
import { formatDateTime } from "../../util/format-time";
import classes from "./AuditFilters.module.css";

interface Props {
  search: AuditSearch;
  /** Where the focus goes when a chip does. */
  next: RefObject<HTMLElement | null>;
  onChange: (change: AuditSearch) => void;
}

interface Condition {
  readonly key: string;
  readonly text: string;
  readonly without: AuditSearch;
}

/** The conditions of the filter, each of which a click removes. */
export function AuditChips({ search, next, onChange }: Props) {
  const { audit } = usePageMessages();
  const conditions = useConditions(search);
  const clearButton = useFocusHandover(next);
  if (conditions.length === 0) return null;
  return (
    <ul className={classes.chips}>
      {conditions.map(({ key, text, without }) => (
        <li key={key}>
          <Chip next={next} text={text} label={audit.filter.remove(text)} onRemove={() => onChange(without)} />
        </li>
      ))}
      {conditions.length > 1 && (
        <li>
          <Button
            ref={clearButton}
            variant="subtle"
            onClick={() => onChange(Object.fromEntries(AUDIT_CONDITIONS.map((each) => [each, undefined])))}
          >
            {audit.filter.none}
          </Button>
        </li>
      )}
    </ul>
  );
}

function useConditions(search: AuditSearch): readonly Condition[] {
  const t = usePageMessages();
  const { filter, objectKinds, outcomes } = t.audit;
  const language = useLanguage();
  const { byId } = useFleet();
  const actions = actionsOf(search);
  const valueOf = (condition: AuditCondition, value: string) => {
    if (condition === "from" || condition === "to") return formatDateTime(value, language);
    if (condition === "object" && search.objectKind === "connection") return byId.get(value)?.name ?? value;
    return value;
  };
  return AUDIT_CONDITIONS.flatMap((condition): Condition[] => {
    const value = search[condition];
    if (value === undefined) return [];
    const label = filter[condition];
    const only = (text: string): Condition => ({
      key: condition,
      text: `${label}: ${text}`,
      without: { [condition]: undefined },
    });
    if (condition === "action") {
      return actions.map((name) => ({
        key: `action ${name}`,
        text: `${label}: ${t.activity.actions[name] ?? name}`,
        without: { action: actions.filter((each) => each !== name).join(",") || undefined },
      }));
    }
    if (search.period && condition === "period") return [only(filter.periods[search.period])];
    if (search.objectKind && condition === "objectKind") return [only(objectKinds[search.objectKind])];
    if (search.outcome && condition === "outcome") return [only(outcomes[search.outcome])];
    return [only(`\u2068${valueOf(condition, value)}\u2069`)];
  });
}

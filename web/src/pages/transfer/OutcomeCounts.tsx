import { UnstyledButton } from "@mantine/core";

import type { ImportOutcome, ImportReport } from "../../api/schema";
import { usePageMessages } from "../../i18n/page-messages";
import classes from "./OutcomeCounts.module.css";
import { OutcomeIcon } from "./OutcomeIcon";

interface Props {
  report: ImportReport;
  /** The outcome that the entries are filtered by; undefined for all. */
  filter: ImportOutcome | undefined;
  onFilter: (filter: ImportOutcome | undefined) => void;
}

const OUTCOMES = ["refuse", "create", "skip"] as const;

/** The number of entries per outcome; each is a button that filters by it. */
export function OutcomeCounts({ report, filter, onFilter }: Props) {
  const t = usePageMessages();
  const shown = OUTCOMES.filter((outcome) => report[outcome] > 0);
  return (
    <ul className={classes.counts}>
      {shown.map((outcome) => (
        <li key={outcome}>
          <UnstyledButton
            className={classes.count}
            aria-pressed={filter === outcome}
            disabled={shown.length === 1}
            onClick={() => onFilter(filter === outcome ? undefined : outcome)}
          >
            <OutcomeIcon outcome={outcome} />
            <strong>{report[outcome]}</strong> {t.transfer.outcomes[outcome]}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

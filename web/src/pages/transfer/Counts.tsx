import { UnstyledButton } from "@mantine/core";

import type { ImportOutcome, ImportReport } from "../../api/schema";
import { useWords } from "../../i18n/language";
import classes from "./Counts.module.css";
import { OutcomeMark } from "./OutcomeMark";

interface Props {
  report: ImportReport;
  /** Which ones are looked at; all when undefined. */
  only: ImportOutcome | undefined;
  onOnly: (only: ImportOutcome | undefined) => void;
}

const OUTCOMES = ["refuse", "create", "skip"] as const;

/** How many entries become what; each count shows only those. */
export function Counts({ report, only, onOnly }: Props) {
  const words = useWords();
  const shown = OUTCOMES.filter((outcome) => report[outcome] > 0);
  return (
    <ul className={classes.counts}>
      {shown.map((outcome) => (
        <li key={outcome}>
          <UnstyledButton
            className={classes.count}
            aria-pressed={only === outcome}
            disabled={shown.length === 1}
            onClick={() => onOnly(only === outcome ? undefined : outcome)}
          >
            <OutcomeMark outcome={outcome} />
            <strong>{report[outcome]}</strong> {words.transfer.outcomes[outcome]}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

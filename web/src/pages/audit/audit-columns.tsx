import { IconBan } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { AuditEntry } from "../../api/schema";
import { LocalTime } from "../../components/LocalTime";
import { usePageMessages } from "../../i18n/page-messages";
import type { AuditText } from "../../model/audit-sentence";
import { PATHS } from "../../model/paths";
import type { Column } from "../../ui/table/column";
import classes from "./audit-columns.module.css";
import { Sentence } from "./Sentence";

/** An entry, and what it says. */
export interface AuditRow {
  readonly id: string;
  readonly entry: AuditEntry;
  readonly text: AuditText;
}

export type AuditColumnId = "time" | "event" | "address";

/** The columns of the audit trail. Where the table is narrow, only the sentence is left, with the time below it. */
export function useAuditColumns(): readonly Column<AuditRow, AuditColumnId>[] {
  const { audit } = usePageMessages();
  return useMemo(
    () => [
      {
        id: "time",
        title: audit.time,
        width: 12.5,
        dropOrder: 1,
        cell: ({ entry }) => <LocalTime time={entry.timestamp} />,
      },
      {
        id: "event",
        title: audit.event,
        width: 20,
        grow: 1,
        isRowHeader: true,
        hasControl: true,
        cell: (row, tabIndex) => <Event row={row} tabIndex={tabIndex} />,
      },
      {
        id: "address",
        title: audit.address,
        width: 9,
        dropOrder: 2,
        cell: ({ entry }) => <span title={entry.address}>{entry.address ?? "–"}</span>,
      },
    ],
    [audit],
  );
}

interface EventProps {
  row: AuditRow;
  tabIndex: number;
}

/** The sentence, which opens the entry, and what it does not say below. */
function Event({ row: { entry, text }, tabIndex }: EventProps) {
  const { outcomes } = usePageMessages().audit;
  return (
    <div className={classes.event}>
      <Link
        from={PATHS.audit}
        to="."
        search={(previous) => ({ ...previous, entry: entry.sequence })}
        resetScroll={false}
        className={classes.sentence}
        tabIndex={tabIndex}
      >
        {entry.outcome === "denied" && <IconBan size={15} className={classes.denied} aria-label={outcomes.denied} />}
        <Sentence parts={text.sentence} />
      </Link>
      <span className={classes.below}>
        <span className={classes.narrow}>
          <LocalTime time={entry.timestamp} />
        </span>
        {text.rest}
      </span>
    </div>
  );
}

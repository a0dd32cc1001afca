import { memo, useMemo } from "react";

import { useFleet } from "../../api/fleet";
import type { AuditEntry } from "../../api/schema";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { auditText } from "../../model/audit-sentence";
import { Table } from "../../ui/table/Table";
import type { AuditRow } from "./audit-columns";
import { useAuditColumns } from "./audit-columns";
import classes from "./AuditTable.module.css";

interface Props {
  entries: readonly AuditEntry[];
  /** Replaces the rows if there are none. */
  empty: string;
}

/** Entries, newest first. One opens by its sentence. */
export const AuditTable = memo(function AuditTable({ entries, empty }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const { byId } = useFleet();
  const rows = useMemo(
    () =>
      entries.map((entry): AuditRow => {
        const text = auditText(entry, (id) => byId.get(id)?.name, t, language);
        return { id: String(entry.sequence), entry, text };
      }),
    [entries, byId, t, language],
  );
  return (
    <div className={classes.table}>
      <Table
        label={t.audit.list}
        rows={rows}
        columns={useAuditColumns()}
        sort={NEWEST_FIRST}
        onSort={() => undefined}
        density="comfortable"
        selection={undefined}
        selectLabel={({ id }) => id}
        empty={empty}
      />
    </div>
  );
});

/** The only order that the server has. */
const NEWEST_FIRST = { column: "time", descending: true } as const;

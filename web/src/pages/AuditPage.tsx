import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { IconRefresh } from "@tabler/icons-react";
import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import type { AuditFilter } from "../api/audit";
import { auditQuery, refreshAudit } from "../api/audit";
import { hasPermission, useProfile } from "../api/session";
import { NotLoaded } from "../components/NotLoaded";
import { PagesEnd } from "../components/PagesEnd";
import { useSearchUpdate } from "../components/use-query-state";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import type { AuditSearch } from "../model/audit-search";
import { auditFilter } from "../model/audit-search";
import { PATHS } from "../model/paths";
import { BusyButton } from "../ui/BusyButton";
import { EmptyState } from "../ui/EmptyState";
import { auditFault } from "./audit/audit-fault";
import { AuditDetails } from "./audit/AuditDetails";
import { AuditFilters } from "./audit/AuditFilters";
import { AuditTable } from "./audit/AuditTable";
import { ExportMenu } from "./audit/ExportMenu";
import classes from "./AuditPage.module.css";

/** `/administration/audit`: who did what, and what was refused. */
export function AuditPage() {
  const { audit } = usePageMessages();
  useDocumentTitle(audit.title);
  return hasPermission(useProfile(), "audit.list") ? <AuditTrail /> : <EmptyState title={audit.noRight} />;
}

function AuditTrail() {
  const t = usePageMessages();
  const { audit } = t;
  const language = useLanguage();
  const search = useSearch({ from: PATHS.audit });
  const onChange = useSearchUpdate<AuditSearch>(PATHS.audit);
  const filter = auditFilter(search);
  const query = auditQuery(filter);
  const result = useInfiniteQuery(query);
  const { data, failureReason, hasNextPage } = result;
  const entries = useMemo(() => data?.pages.flatMap((page) => page.entries) ?? [], [data]);
  const fault = auditFault(failureReason, t, language);
  const open = entries.find(({ sequence }) => sequence === search.entry);

  return (
    <>
      <div className={classes.heading}>
        <h1 tabIndex={-1}>{audit.title}</h1>
        <p>{audit.text}</p>
        <div className={classes.actions}>
          <RefreshButton key={JSON.stringify(filter)} filter={filter} />
          {!fault && <ExportMenu filter={filter} />}
        </div>
      </div>
      <AuditFilters search={search} fault={fault} onChange={onChange} />
      {fault && <p className={classes.end}>{audit.filter.refused}</p>}
      {!data && !fault && <NotLoaded failure={failureReason} queryKey={query.queryKey} />}
      {data && <AuditTable entries={entries} empty={hasNextPage ? audit.noneYet : audit.none} />}
      <PagesEnd query={result} isEmpty={entries.length === 0} end={audit.end} more={audit.more} />
      {open && <AuditDetails entry={open} onClose={() => onChange({ entry: undefined })} />}
    </>
  );
}

/** Requests the newest entries: no event reports them. */
function RefreshButton({ filter }: { filter: AuditFilter }) {
  const { audit } = usePageMessages();
  const queries = useQueryClient();
  const onError = useErrorNotification(audit.notRefreshed);
  const refresh = useMutation({ mutationFn: () => refreshAudit(queries, filter), onError });
  return (
    <>
      <span role="status" className={classes.refreshed}>
        {refresh.isSuccess && (refresh.data === undefined ? audit.refreshedAll : audit.refreshed(refresh.data))}
      </span>
      <BusyButton
        variant="default"
        leftSection={<IconRefresh size={16} />}
        isBusy={refresh.isPending}
        onClick={() => refresh.mutate()}
      >
        {audit.refresh}
      </BusyButton>
    </>
  );
}

import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";

import type { ActivityFilter } from "../api/activity";
import { activityQuery, refreshActivity } from "../api/activity";
import { useFleet } from "../api/fleet";
import { hasPermission, useProfile } from "../api/session";
import { NotLoaded } from "../components/NotLoaded";
import { PagesEnd } from "../components/PagesEnd";
import { useSearchUpdate } from "../components/use-query-state";
import { useDocumentTitle } from "../hooks/use-document-title";
import { usePageMessages } from "../i18n/page-messages";
import { useMessages } from "../i18n/language";
import { groupActivity } from "../model/activity-groups";
import type { ActivitySearch } from "../model/activity-search";
import { ACTIVITY_PERIODS, withoutAuditFilters } from "../model/activity-search";
import { PATHS } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";
import { ActivityFilters } from "./activity/ActivityFilters";
import { ActivityList } from "./activity/ActivityList";
import classes from "./ActivityPage.module.css";

/** The delay from a change of the fleet to the next request, in milliseconds. */
const REFRESH_DELAY = 3_000;

/** `/activity`: what has changed in the whole fleet, and which user changed it. */
export function ActivityPage() {
  const t = useMessages();
  useDocumentTitle(usePageMessages().activity.title);
  const profile = useProfile();
  if (!hasPermission(profile, "activity.list")) {
    return (
      <EmptyState title={t.fleet.noRight}>
        <p>{t.fleet.noRightText}</p>
      </EmptyState>
    );
  }
  return <Activity />;
}

function Activity() {
  const { activity } = usePageMessages();
  const shared = useSearch({ from: PATHS.activity });
  const search = hasPermission(useProfile(), "audit.list") ? shared : withoutAuditFilters(shared);
  const onChange = useSearchUpdate<ActivitySearch>(PATHS.activity);
  const { kind, user: typed, period = "day", connection, label } = search;
  // Not a request per key.
  const [user] = useDebouncedValue(typed, 300);
  const filter = { kind, user, connection, label, period: ACTIVITY_PERIODS[period] };
  const query = activityQuery(filter);
  const result = useInfiniteQuery(query);
  const { data, failureReason, hasNextPage } = result;
  useRefresh(filter);
  const groups = useMemo(() => groupActivity(data?.pages.flatMap(({ entries }) => entries) ?? []), [data]);

  return (
    <>
      <div className={classes.heading}>
        <h1 tabIndex={-1}>{activity.title}</h1>
        <p>{activity.text}</p>
      </div>
      <ActivityFilters search={search} onChange={onChange} />
      {!data && <NotLoaded failure={failureReason} queryKey={query.queryKey} />}
      {groups.length > 0 && <ActivityList groups={groups} />}
      {data && groups.length === 0 && <p className={classes.none}>{hasNextPage ? activity.noneYet : activity.none}</p>}
      <PagesEnd query={result} isEmpty={groups.length === 0} end={activity.end} more={activity.more} />
    </>
  );
}

/** Requests the newest changes again some seconds after the fleet has changed, and not more often. */
function useRefresh(filter: ActivityFilter): void {
  const { byId } = useFleet();
  const queries = useQueryClient();
  const known = useRef(byId);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(filter);
  const isMounted = useRef(true);
  useEffect(() => {
    latest.current = filter;
  });
  useEffect(() => {
    if (known.current === byId) return;
    known.current = byId;
    const schedule = () => {
      timer.current ??= setTimeout(() => void refresh(), REFRESH_DELAY);
    };
    const refresh = async () => {
      const isDone = await refreshActivity(queries, latest.current).catch(() => true);
      timer.current = undefined;
      if (!isDone && isMounted.current) schedule();
    };
    schedule();
  }, [byId, queries]);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
      clearTimeout(timer.current);
    };
  }, []);
}

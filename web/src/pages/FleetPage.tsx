import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useState } from "react";

import { useFleet } from "../api/fleet";
import { hasPermission, useProfile } from "../api/session";
import { useNow } from "../hooks/use-now";
import { lastFleetSearch } from "../hooks/last-fleet-search";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useMessages } from "../i18n/language";
import { countStates } from "../model/connection-counts";
import { filterConnections } from "../model/connection-filter";
import { sortByName, sortConnections } from "../model/connection-sort";
import { groupFailures } from "../model/failure-groups";
import type { FleetSearch } from "../model/fleet-search";
import { isFiltered } from "../model/fleet-search";
import { linkTo, PATHS } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";
import { Skeleton } from "../ui/Skeleton";
import type { BulkRequest } from "./fleet/bulk-action";
import { ConnectionList } from "./fleet/ConnectionList";
import { FailureGroups } from "./fleet/FailureGroups";
import { FleetHealth } from "./fleet/FleetHealth";
import { GettingStarted } from "./fleet/GettingStarted";
import { NewButton } from "./fleet/NewButton";
import { Toolbar } from "./fleet/Toolbar";
import classes from "./FleetPage.module.css";

/** `/`: failures first, then all connections. */
export function FleetPage() {
  // Outside of the list, because the dialog still shows its result when the last connection has been deleted.
  const [bulk, setBulk] = useState<BulkRequest>();
  const close = () => {
    setBulk(undefined);
    // The selection and its buttons may be gone.
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  };
  // The dialogs have to open even if the server has become unreachable.
  useEffect(() => void Promise.allSettled([importBulkDialog(), importBulkEdit()]), []);
  return (
    <>
      <Fleet onBulk={setBulk} />
      {bulk?.action === "edit" && (
        <Suspense>
          <BulkEditDialog connections={bulk.connections} onDone={bulk.onDone} onClose={close} />
        </Suspense>
      )}
      {bulk && bulk.action !== "edit" && (
        <Suspense>
          <BulkDialog {...bulk} action={bulk.action} onClose={close} />
        </Suspense>
      )}
    </>
  );
}

const importBulkDialog = () => import("./fleet/BulkDialog").then(({ BulkDialog }) => ({ default: BulkDialog }));
const BulkDialog = lazy(importBulkDialog);
const importBulkEdit = () =>
  import("./fleet/BulkEditDialog").then(({ BulkEditDialog }) => ({ default: BulkEditDialog }));
const BulkEditDialog = lazy(importBulkEdit);

const NO_FILTER = { q: undefined, state: undefined, code: undefined, version: undefined };

function Fleet({ onBulk }: { onBulk: (bulk: BulkRequest) => void }) {
  const t = useMessages();
  const { byId, isComplete } = useFleet();
  const profile = useProfile();
  const search = useSearch({ from: PATHS.fleet });
  const navigate = useNavigate({ from: PATHS.fleet });
  const updateSearch = (change: FleetSearch) =>
    void navigate({ search: (previous) => ({ ...previous, ...change }), replace: true });

  /** Filters by nothing else. */
  const setFilter = (filter: FleetSearch) => updateSearch({ ...NO_FILTER, ...filter });

  useEffect(() => lastFleetSearch.set(search), [search]);

  // Keeps typing fast: ten thousand rows render a frame later.
  const deferredSearch = useDeferredValue(search);
  const counts = useMemo(() => countStates(byId.values()), [byId]);
  const now = useNow(15_000);
  const failureGroups = useMemo(() => groupFailures(byId.values(), now), [byId, now]);
  const visible = useMemo(
    () =>
      sortConnections(
        filterConnections(sortByName(byId), deferredSearch),
        deferredSearch.sort ?? "state",
        deferredSearch.down ?? false,
      ),
    [byId, deferredSearch],
  );
  useDocumentTitle(counts.down > 0 ? `(${counts.down}) ${t.fleet.title}` : t.fleet.title);

  if (!hasPermission(profile, "connections.list")) {
    return (
      <EmptyState title={t.fleet.noRight}>
        <p>{t.fleet.noRightText}</p>
      </EmptyState>
    );
  }
  if (!isComplete) return <Skeleton />;
  if (byId.size === 0) return <GettingStarted />;

  return (
    <>
      <div className={classes.heading}>
        <h1 tabIndex={-1}>{t.fleet.title}</h1>
        <span className={classes.total}>{t.fleet.brokers(byId.size)}</span>
        {hasPermission(profile, "connections.create") && (
          <div className={classes.actions}>
            <NewButton />
          </div>
        )}
      </div>
      <FleetHealth
        counts={counts}
        total={byId.size}
        state={search.state}
        onState={(state) => updateSearch({ state })}
      />
      {/* Above the causes, which fold while a filter is typed. */}
      <Toolbar search={search} onChange={updateSearch} />
      <FailureGroups groups={failureGroups} isFiltered={isFiltered(search)} onFilter={setFilter} />
      <section aria-labelledby="all">
        <h2 id="all" className={classes.section}>
          {t.fleet.allTitle} <span className={classes.total}>{t.fleet.shown(visible.length, byId.size)}</span>
        </h2>
        {visible.length > 0 ? (
          <ConnectionList
            connections={visible}
            search={deferredSearch}
            onSort={updateSearch}
            onBulk={onBulk}
            canChange={hasPermission(profile, "connections.update")}
          />
        ) : (
          <p className={classes.none}>
            {t.fleet.noMatch} <Link {...linkTo.fleet()}>{t.fleet.clearFilter}</Link>
          </p>
        )}
      </section>
    </>
  );
}

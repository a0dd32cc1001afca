import { Button } from "@mantine/core";
import { IconTableOptions } from "@tabler/icons-react";
import { Link, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useFleet } from "../api/fleet";
import { lazyComponent } from "../api/lazy-component";
import { hasPermission, useProfile } from "../api/session";
import { useSearchUpdate } from "../components/use-query-state";
import { lastFleetSearch } from "../hooks/last-fleet-search";
import type { TableSettings } from "../hooks/table-settings";
import { useTableSettings } from "../hooks/table-settings";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useFocusHandover } from "../hooks/use-focus-handover";
import { useFocusReturn } from "../hooks/use-focus-return";
import { useIsSettled } from "../hooks/use-is-settled";
import { useNow } from "../hooks/use-now";
import { useTrailingText } from "../hooks/use-trailing-text";
import { useMessages } from "../i18n/language";
import { useSentences } from "../i18n/sentences";
import { findExpiringCertificates } from "../model/certificate-expiry";
import { countStates } from "../model/connection-counts";
import { filterConnections } from "../model/connection-filter";
import type { ConnectionSort, SortKey } from "../model/connection-sort";
import { SORT_KEYS, sortByName, sortConnections } from "../model/connection-sort";
import { groupFailures } from "../model/failure-groups";
import type { FleetSearch } from "../model/fleet-search";
import { isFiltered } from "../model/fleet-search";
import { narrowingGroups } from "../model/own-groups";
import { linkTo, PATHS } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";
import type { MenuButtonProps } from "../ui/menu/MenuButton";
import { MenuButton } from "../ui/menu/MenuButton";
import { Skeleton } from "../ui/Skeleton";
import { SkipLink } from "../ui/SkipLink";
import { nextSort } from "../ui/table/column";
import type { BulkRequest } from "./fleet/bulk-action";
import { Causes } from "./fleet/Causes";
import { useConnectionColumns } from "./fleet/connection-columns";
import { ConnectionList, LIST_START } from "./fleet/ConnectionList";
import { FleetHealth } from "./fleet/FleetHealth";
import { NewButton } from "./fleet/NewButton";
import { Toolbar } from "./fleet/Toolbar";
import classes from "./FleetPage.module.css";

/** `/`: failures first, then all connections. */
export function FleetPage() {
  // Outside of the list, because the dialog still shows its result when the last connection has been deleted.
  const [bulk, setBulk] = useState<BulkRequest>();
  const close = () => setBulk(undefined);
  useFocusReturn(bulk !== undefined);
  const isSettled = useIsSettled();
  // The dialogs have to open even if the server has become unreachable.
  useEffect(() => {
    if (isSettled) void Promise.allSettled([importBulkDialog(), importBulkEdit()]);
  }, [isSettled]);
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

const importBulkDialog = async () => (await import("./fleet/BulkDialog")).BulkDialog;
const BulkDialog = lazyComponent(importBulkDialog);
const importBulkEdit = async () => (await import("./fleet/BulkEditDialog")).BulkEditDialog;
const BulkEditDialog = lazyComponent(importBulkEdit);

const GettingStarted = lazyComponent(async () => (await import("./fleet/GettingStarted")).GettingStarted);

const NO_FILTER = {
  q: undefined,
  state: undefined,
  code: undefined,
  pluginOff: undefined,
  version: undefined,
  label: undefined,
  cert: undefined,
};

function Fleet({ onBulk }: { onBulk: (bulk: BulkRequest) => void }) {
  const t = useMessages();
  const sentences = useSentences();
  const { byId, isComplete } = useFleet();
  const profile = useProfile();
  const search = useSearch({ from: PATHS.fleet });
  const updateSearch = useSearchUpdate<FleetSearch>(PATHS.fleet);
  const { text, type, saveNow, replace } = useTrailingText(search.q ?? "", (q) => updateSearch({ q: q || undefined }));
  const filtered = useMemo(() => ({ ...search, q: text || undefined }), [search, text]);

  /** The heading to focus once the causes have folded or unfolded: the button that was used is gone then. */
  const nextFocus = useRef<"all" | "wrong">(undefined);
  /** Filters by nothing else. */
  const setFilter = useCallback(
    (filter: FleetSearch) => {
      nextFocus.current = isFiltered(filter) ? "all" : "wrong";
      replace(filter.q ?? "");
      updateSearch({ ...NO_FILTER, ...filter });
    },
    [replace, updateSearch],
  );
  const toggleState = useCallback((state: FleetSearch["state"]) => updateSearch({ state }), [updateSearch]);

  const [settings, setSettings] = useTableSettings("fleet");
  const columns = useConnectionColumns(search.cert !== undefined);
  const sort = useMemo(() => chosenSort(search, settings.sort), [search, settings.sort]);
  const setSort = useCallback(
    (column: SortKey) => {
      const next = nextSort(sort, column);
      setSettings({ sort: next });
      updateSearch({ sort: next.column, down: next.descending || undefined });
    },
    [sort, setSettings, updateSearch],
  );

  useEffect(() => lastFleetSearch.set(filtered), [filtered]);

  useEffect(() => {
    if (nextFocus.current !== (isFiltered(filtered) ? "all" : "wrong")) return;
    document.getElementById(nextFocus.current)?.focus();
    nextFocus.current = undefined;
  }, [filtered]);
  const counts = useMemo(() => countStates(byId.values()), [byId]);
  const now = useNow(15_000);
  const failureGroups = useMemo(() => groupFailures(byId.values(), now), [byId, now]);
  const expiring = useMemo(() => findExpiringCertificates(byId.values(), now), [byId, now]);
  // Only this filter depends on the time.
  const filterTime = filtered.cert ? now : 0;
  const visible = useMemo(
    () => sortConnections(filterConnections(sortByName(byId), filtered, sentences, filterTime), sort),
    [byId, filtered, sentences, filterTime, sort],
  );
  // Without connections there is another page.
  const heading = useFocusHandover("#content");
  const clearLink = useFocusHandover("#all");
  const noMatch = useMemo(
    () => (
      <>
        {t.fleet.noMatch}{" "}
        <Link ref={clearLink} {...linkTo.fleet()} onClick={() => replace("")}>
          {t.fleet.clearFilter}
        </Link>
      </>
    ),
    [t, replace, clearLink],
  );
  useDocumentTitle(counts.down > 0 ? `(${counts.down}) ${t.fleet.title}` : t.fleet.title);

  if (!hasPermission(profile, "connections.list")) {
    return (
      <EmptyState title={t.fleet.noRight}>
        <p>{t.fleet.noRightText}</p>
      </EmptyState>
    );
  }
  if (!isComplete) {
    return (
      <>
        {/* In the place of the link, so that the heading stays, with its focus. */}
        {false}
        <div className={classes.heading}>
          <h1 ref={heading} tabIndex={-1}>
            {t.fleet.title}
          </h1>
        </div>
        <Skeleton />
      </>
    );
  }
  const groups = narrowingGroups(profile);
  if (byId.size === 0 && groups !== undefined && !hasPermission(profile, "connections.create")) {
    return (
      <EmptyState title={t.fleet.youSeeNone}>
        <p>{t.fleet.youSee(groups)}</p>
      </EmptyState>
    );
  }
  if (byId.size === 0) {
    return (
      <Suspense>
        <GettingStarted />
      </Suspense>
    );
  }

  return (
    <>
      <SkipLink onSkip={focusList}>{t.fleet.skipToList}</SkipLink>
      <div className={classes.heading}>
        <h1 ref={heading} tabIndex={-1}>
          {t.fleet.title}
        </h1>
        <span className={classes.total}>{t.fleet.brokers(byId.size)}</span>
        {hasPermission(profile, "connections.create") && (
          <div className={classes.actions}>
            <NewButton />
          </div>
        )}
      </div>
      {groups !== undefined && <p className={classes.narrowed}>{t.fleet.youSee(groups)}</p>}
      <FleetHealth counts={counts} total={byId.size} state={search.state} onState={toggleState} />
      {/* Above the causes, which fold while a filter is typed. */}
      <Toolbar search={search} onChange={updateSearch} text={text} onText={type} onTextDone={saveNow}>
        <MenuButton
          renderButton={(props) => <ViewButton {...props} />}
          renderMenu={(anchor) => (
            <ViewMenu
              anchor={anchor}
              columns={columns}
              settings={settings}
              onChange={setSettings}
              connections={visible}
              search={search}
              onSearch={updateSearch}
            />
          )}
        />
      </Toolbar>
      <Causes
        groups={failureGroups}
        expiring={expiring}
        now={now}
        isFiltered={isFiltered(filtered)}
        onFilter={setFilter}
      />
      <section aria-labelledby="all">
        <h2 id="all" tabIndex={-1} className={classes.section}>
          {t.fleet.allTitle} <span className={classes.total}>{t.fleet.shown(visible.length, byId.size)}</span>
        </h2>
        <ConnectionList
          connections={visible}
          columns={columns}
          settings={settings}
          isGrid={filtered.view === "grid"}
          sectionKey={search.by}
          sort={sort}
          onSort={setSort}
          onBulk={onBulk}
          canChange={hasPermission(profile, "connections.update")}
          empty={noMatch}
        />
      </section>
    </>
  );
}

/** The order of the URL, else the one that was chosen last, else failures first. */
function chosenSort({ sort, down }: FleetSearch, last: TableSettings["sort"]): ConnectionSort {
  if (sort) return { column: sort, descending: down ?? false };
  const column = SORT_KEYS.find((each) => each === last?.column);
  return column ? { column, descending: last?.descending ?? false } : { column: "state", descending: false };
}

function focusList() {
  document.querySelector<HTMLElement>(LIST_START)?.focus();
}

const ViewMenu = lazyComponent(async () => (await import("./fleet/ViewMenu")).ViewMenu);

function ViewButton(props: MenuButtonProps) {
  const t = useMessages();
  return (
    <Button variant="default" leftSection={<IconTableOptions size={16} />} {...props}>
      {t.table.options}
    </Button>
  );
}

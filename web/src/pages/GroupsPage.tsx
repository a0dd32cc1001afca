import { Alert, Button } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useFleet } from "../api/fleet";
import { groupsQuery } from "../api/groups";
import type { Group } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { NotLoaded } from "../components/NotLoaded";
import { useSearchUpdate } from "../components/use-query-state";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useFocusHandover } from "../hooks/use-focus-handover";
import { useTrailingText } from "../hooks/use-trailing-text";
import { usePageMessages } from "../i18n/page-messages";
import { sortByName } from "../model/connection-sort";
import { connectionsOf, filterGroups, sortGroups } from "../model/group-list";
import type { GroupSortKey, GroupsSearch } from "../model/groups-search";
import { linkTo, PATHS } from "../model/paths";
import { EmptyState } from "../ui/EmptyState";
import { FilterField } from "../ui/FilterField";
import { nextSort } from "../ui/table/column";
import { focusHeading } from "../util/focus-heading";
import { AdministrationStart } from "./AdministrationPage";
import { DeleteGroupDialog } from "./groups/DeleteGroupDialog";
import { EditGroupPanel } from "./groups/EditGroupPanel";
import { GroupTable, TABLE_START } from "./groups/GroupTable";
import { NewGroupPanel } from "./groups/NewGroupPanel";
import classes from "./AccessPage.module.css";

/** Groups of users, or for those who may not see them the first section that they have. */
export function GroupsPage() {
  return hasPermission(useProfile(), "groups.list") ? <Groups /> : <AdministrationStart />;
}

function Groups() {
  const t = usePageMessages();
  useDocumentTitle(t.nav.groups);
  const profile = useProfile();
  const [deleting, setDeleting] = useState<Group>();
  const search = useSearch({ from: "/administration/groups" });
  const updateSearch = useSearchUpdate<GroupsSearch>(PATHS.groups);
  const { data: groups, failureReason } = useQuery(groupsQuery);
  const canCreate = groups !== undefined && hasPermission(profile, "groups.create");
  const chosen = groups?.find(({ name }) => name === search.group);
  const closePanel = useCallback(() => updateSearch({ show: undefined, group: undefined }), [updateSearch]);
  // The button that was used is gone with its row.
  const isDeleted = useRef(false);
  useEffect(() => {
    if (deleting || !isDeleted.current) return;
    isDeleted.current = false;
    const target = document.querySelector<HTMLElement>(TABLE_START);
    if (target) target.focus({ preventScroll: true });
    else focusHeading();
  }, [deleting]);
  return (
    <>
      <div className={classes.heading}>
        <h1 tabIndex={-1}>{t.nav.groups}</h1>
        {canCreate && (
          <Button
            className={classes.actions}
            leftSection={<IconUsersGroup size={16} />}
            onClick={() => updateSearch({ show: "new" })}
          >
            {t.commands.newGroup}
          </Button>
        )}
      </div>
      <p className={classes.text}>{t.groups.text}</p>
      {!groups && <NotLoaded failure={failureReason} queryKey={groupsQuery.queryKey} />}
      {groups && search.group !== undefined && !chosen && (
        <Alert color="yellow" variant="light" role="alert" mb="md" withCloseButton onClose={closePanel}>
          {t.groups.gone}
        </Alert>
      )}
      {groups && <List groups={groups} search={search} onSearch={updateSearch} onDelete={setDeleting} />}
      {canCreate && search.show === "new" && <NewGroupPanel onClose={closePanel} />}
      {chosen && search.show === "edit" && hasPermission(profile, "groups.update") && (
        <EditGroupPanel
          key={chosen.name}
          group={chosen}
          isOwn={chosen.users.includes(profile?.username ?? "")}
          onClose={closePanel}
        />
      )}
      {deleting && (
        <DeleteGroupDialog
          group={deleting}
          onDeleted={() => {
            isDeleted.current = true;
            setDeleting(undefined);
          }}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </>
  );
}

interface ListProps {
  groups: readonly Group[];
  search: GroupsSearch;
  onSearch: (change: GroupsSearch) => void;
  onDelete: (group: Group) => void;
}

function List({ groups, search, onSearch, onDelete }: ListProps) {
  const t = usePageMessages();
  const { byId } = useFleet();
  const all = sortByName(byId);
  const field = useRef<HTMLInputElement>(null);
  const clearLink = useFocusHandover(field);
  const { text, type, saveNow, replace } = useTrailingText(search.q ?? "", (q) => onSearch({ q: q || undefined }));
  const { sort: column = "name", down: descending = false } = search;
  const rows = useMemo(() => {
    const counted = groups.map((group) => ({ ...group, count: connectionsOf(group, all).length }));
    return sortGroups(filterGroups(counted, text, t), { column, descending }, t);
  }, [groups, all, text, column, descending, t]);
  if (groups.length === 0) {
    return (
      <EmptyState title={t.groups.noneYet} isPart>
        <p>{t.groups.noneYetText}</p>
      </EmptyState>
    );
  }
  return (
    <>
      <div className={classes.toolbar}>
        <FilterField field={field} label={t.groups.filter} text={text} onText={type} onTextDone={saveNow} />
        <span role="status" className={classes.total}>
          {t.fleet.shown(rows.length, groups.length)}
        </span>
      </div>
      <GroupTable
        groups={rows}
        all={all.length}
        search={search}
        sort={{ column, descending }}
        onSort={(by) => {
          const next = nextSort({ column, descending }, by);
          // Columns without a value to sort by have no button that does.
          onSearch({ sort: next.column as GroupSortKey, down: next.descending || undefined });
        }}
        onDelete={onDelete}
        empty={
          <>
            {t.groups.noMatch}{" "}
            <Link ref={clearLink} {...linkTo.groups()} onClick={() => replace("")}>
              {t.fleet.clearFilter}
            </Link>
          </>
        }
      />
    </>
  );
}

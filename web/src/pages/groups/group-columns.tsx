import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { Group } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { usePageMessages } from "../../i18n/page-messages";
import type { CountedGroup } from "../../model/group-list";
import type { GroupSortKey, GroupsSearch } from "../../model/groups-search";
import { linkTo } from "../../model/paths";
import type { Column } from "../../ui/table/column";
import classes from "./group-columns.module.css";

/** Those by which groups can be sorted, and the others. */
export type GroupColumn = GroupSortKey | "actions";

/** A group as a row of the table. */
export interface GroupRow extends CountedGroup {
  /** The name. */
  readonly id: string;
}

/** The columns of the table of groups. `all` is the number of connections; links keep filter and order of `search`. */
export function useGroupColumns(
  search: GroupsSearch,
  all: number,
  onDelete: (group: Group) => void,
): readonly Column<GroupRow, GroupColumn>[] {
  const t = usePageMessages();
  const profile = useProfile();
  const canChange = hasPermission(profile, "groups.update");
  const canDelete = hasPermission(profile, "groups.delete");
  return useMemo(
    () => [
      {
        id: "name",
        title: t.groups.name,
        width: 8,
        grow: 2,
        isRowHeader: true,
        isSortable: true,
        hasControl: canChange,
        cell: ({ name, description, users, role }, tabIndex) => (
          <div className={classes.identity}>
            {canChange ? (
              <Link
                {...linkTo.groups({ ...search, show: "edit", group: name })}
                resetScroll={false}
                className={classes.name}
                tabIndex={tabIndex}
              >
                {name}
              </Link>
            ) : (
              <span className={classes.name}>{name}</span>
            )}
            {description !== undefined && (
              <span className={`${classes.soft} ${classes.description}`} title={description}>
                {description}
              </span>
            )}
            {/* Where there is no column for it. */}
            <span className={classes.more}>
              {t.roleNames[role] ?? role} · {t.groups.memberCount(users.length)}
            </span>
          </div>
        ),
      },
      {
        id: "connections",
        title: t.groups.connections,
        width: 9,
        grow: 2,
        dropOrder: 1,
        isSortable: true,
        cell: (group) => <Connections group={group} all={all} />,
      },
      {
        id: "role",
        title: t.scope.role,
        width: 9,
        grow: 1,
        dropOrder: 3,
        isSortable: true,
        cell: ({ role }) => t.roleNames[role] ?? role,
      },
      {
        id: "members",
        title: t.groups.members,
        width: 8,
        grow: 2,
        dropOrder: 2,
        isSortable: true,
        cell: ({ users }) => (
          <div className={classes.identity} title={users.join(", ")}>
            <span>{t.groups.memberCount(users.length)}</span>
            {users.length > 0 && <span className={classes.soft}>{users.join(", ")}</span>}
          </div>
        ),
      },
      ...(canDelete
        ? ([
            {
              id: "actions",
              title: t.groups.actions,
              width: 5.5,
              hasControl: true,
              align: "end",
              cell: (group, tabIndex) => (
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-sm"
                  tabIndex={tabIndex}
                  aria-label={t.groups.deleteOf(group.name)}
                  onClick={() => onDelete(group)}
                >
                  {t.delete}
                </Button>
              ),
            },
          ] satisfies Column<GroupRow, GroupColumn>[])
        : []),
    ],
    [t, canChange, canDelete, search, all, onDelete],
  );
}

/** How many connections a group has, and by what. */
function Connections({ group, all }: { group: GroupRow; all: number }) {
  const t = usePageMessages();
  const { count, connections, label, narrows } = group;
  const by = [connections.length > 0 && t.groups.listed(connections.length), label].filter(Boolean).join(" · ");
  if (!narrows) return <span className={classes.soft}>{t.groups.hidesNothing}</span>;
  return (
    <div className={classes.identity} title={by}>
      <span className={count === 0 ? classes.warn : undefined}>
        {count === 0 ? t.groups.seesNothing : t.fleet.shown(count, all)}
      </span>
      {by && <span className={classes.soft}>{by}</span>}
    </div>
  );
}

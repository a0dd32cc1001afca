import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { User } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { Ago } from "../../components/Ago";
import { usePageMessages } from "../../i18n/page-messages";
import { linkTo } from "../../model/paths";
import { roleNames } from "../../model/user-list";
import { userState } from "../../model/user-state";
import type { UserSortKey, UsersSearch } from "../../model/users-search";
import type { Column } from "../../ui/table/column";
import classes from "./user-columns.module.css";
import type { UserAction } from "./UserMenu";
import { UserMenu } from "./UserMenu";
import { SecondFactorMark, UserStateBadge } from "./UserStateBadge";

/** Those by which users can be sorted, and the others. */
export type UserColumn = UserSortKey | "groups" | "sessions" | "actions";

/** A user as a row of the table. */
export interface UserRow extends User {
  /** The name. */
  readonly id: string;
  readonly groups: readonly string[];
}

/** The columns of the table of users. Links keep the filter and the order of `search`. */
export function useUserColumns(
  search: UsersSearch,
  now: number,
  onAction: (action: UserAction, user: User) => void,
): readonly Column<UserRow, UserColumn>[] {
  const t = usePageMessages();
  const profile = useProfile();
  return useMemo(
    () => [
      {
        id: "name",
        title: t.users.name,
        width: 8,
        grow: 2,
        isRowHeader: true,
        isSortable: true,
        hasControl: hasPermission(profile, "users.update"),
        cell: (user, tabIndex) => (
          <div className={classes.identity}>
            <span className={classes.line}>
              {hasPermission(profile, "users.update") ? (
                <Link
                  {...linkTo.users({ ...search, show: "edit", user: user.username })}
                  resetScroll={false}
                  className={classes.name}
                  tabIndex={tabIndex}
                >
                  {user.username}
                </Link>
              ) : (
                <span className={classes.name}>{user.username}</span>
              )}
              {user.username === profile?.username && <span className={classes.you}>{t.users.you}</span>}
            </span>
            {/* Where there is no column for them. */}
            <span className={classes.state}>
              <UserStateBadge state={userState(user, now)} isQuiet />
              {user.secondFactor && <SecondFactorMark />}
            </span>
            <span className={classes.roles}>{roleNames(user, t)}</span>
          </div>
        ),
      },
      {
        id: "roles",
        title: t.profile.roles,
        width: 8,
        grow: 2,
        dropOrder: 2,
        isSortable: true,
        cell: (user) => <span title={roleNames(user, t)}>{roleNames(user, t)}</span>,
      },
      {
        id: "state",
        title: t.fleet.state,
        width: 9,
        dropOrder: 3,
        isSortable: true,
        cell: (user) => (
          <span className={classes.line}>
            <UserStateBadge state={userState(user, now)} />
            {user.secondFactor && <SecondFactorMark />}
          </span>
        ),
      },
      ...(hasPermission(profile, "groups.list")
        ? ([
            {
              id: "groups",
              title: t.groups.ofUser,
              width: 7,
              grow: 1,
              dropOrder: 6,
              cell: ({ groups }) => <span title={groups.join(", ")}>{groups.join(", ")}</span>,
            },
          ] satisfies Column<UserRow, UserColumn>[])
        : []),
      {
        id: "lastLogin",
        title: t.users.lastLogin,
        width: 8,
        dropOrder: 4,
        isSortable: true,
        cell: ({ lastLogin }) => (lastLogin === undefined ? t.users.never : <Ago time={lastLogin} now={now} />),
      },
      {
        id: "sessions",
        title: t.users.sessions,
        width: 5.5,
        dropOrder: 5,
        hasControl: true,
        cell: ({ username }, tabIndex) => (
          <Link
            {...linkTo.users({ ...search, show: "sessions", user: username })}
            resetScroll={false}
            aria-label={t.users.showSessions(username)}
            tabIndex={tabIndex}
          >
            {t.users.show}
          </Link>
        ),
      },
      {
        id: "actions",
        title: t.users.actions,
        width: 4.25,
        hasControl: true,
        align: "end",
        cell: (user, tabIndex) => <UserMenu user={user} tabIndex={tabIndex} onAction={onAction} />,
      },
    ],
    [t, profile, search, now, onAction],
  );
}

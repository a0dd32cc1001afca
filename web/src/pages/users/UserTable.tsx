import type { ReactNode } from "react";
import { useMemo } from "react";

import type { User } from "../../api/schema";
import { usePageMessages } from "../../i18n/page-messages";
import type { UsersSearch } from "../../model/users-search";
import type { Sort } from "../../ui/table/column";
import { ListTable } from "../../ui/table/ListTable";
import type { UserColumn } from "./user-columns";
import { useUserColumns } from "./user-columns";
import type { UserAction } from "./UserMenu";

const TABLE_ID = "users";

/** A selector of what the keyboard operates first in the table. */
export const TABLE_START = `#${TABLE_ID} [tabindex="0"]`;

interface Props {
  users: readonly User[];
  /** The groups of each user. */
  groups: ReadonlyMap<string, readonly string[]>;
  now: number;
  search: UsersSearch;
  sort: Sort<UserColumn>;
  onSort: (column: UserColumn) => void;
  onAction: (action: UserAction, user: User) => void;
  /** Replaces the rows if there are none. */
  empty: ReactNode;
}

/** All users, a row each. */
export function UserTable({ users, groups, now, search, sort, onSort, onAction, empty }: Props) {
  const t = usePageMessages();
  const rows = useMemo(
    () => users.map((user) => ({ ...user, id: user.username, groups: groups.get(user.username) ?? [] })),
    [users, groups],
  );
  const columns = useUserColumns(search, now, onAction);
  return (
    <ListTable
      id={TABLE_ID}
      label={t.nav.users}
      rows={rows}
      columns={columns}
      sort={sort}
      onSort={onSort}
      empty={empty}
    />
  );
}

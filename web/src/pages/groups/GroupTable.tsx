import type { ReactNode } from "react";
import { useMemo } from "react";

import type { Group } from "../../api/schema";
import { usePageMessages } from "../../i18n/page-messages";
import type { CountedGroup } from "../../model/group-list";
import type { GroupsSearch } from "../../model/groups-search";
import type { Sort } from "../../ui/table/column";
import { ListTable } from "../../ui/table/ListTable";
import type { GroupColumn } from "./group-columns";
import { useGroupColumns } from "./group-columns";

const TABLE_ID = "groups";

/** A selector of what the keyboard operates first in the table. */
export const TABLE_START = `#${TABLE_ID} [tabindex="0"]`;

interface Props {
  groups: readonly CountedGroup[];
  /** The number of all connections. */
  all: number;
  search: GroupsSearch;
  sort: Sort<GroupColumn>;
  onSort: (column: GroupColumn) => void;
  onDelete: (group: Group) => void;
  /** Replaces the rows if there are none. */
  empty: ReactNode;
}

/** Groups, a row each. */
export function GroupTable({ groups, all, search, onDelete, ...table }: Props) {
  const t = usePageMessages();
  const rows = useMemo(() => groups.map((group) => ({ ...group, id: group.name })), [groups]);
  const columns = useGroupColumns(search, all, onDelete);
  return <ListTable id={TABLE_ID} label={t.nav.groups} rows={rows} columns={columns} {...table} />;
}

import type { ListSearch } from "./list-search";
import { parseListSearch, searchText } from "./list-search";

/** The columns that groups can be sorted by. */
const GROUP_SORT_KEYS = ["name", "role", "members", "connections"] as const;
export type GroupSortKey = (typeof GROUP_SORT_KEYS)[number];

/** What is open next to the list: the form for a new group, or that of a group. */
const PANELS = ["new", "edit"] as const;

/** The search parameters of the page Groups, so that a URL can be shared. */
export interface GroupsSearch extends ListSearch<GroupSortKey, (typeof PANELS)[number]> {
  /** The name of the group that the panel is about. */
  readonly group?: string | undefined;
}

/** Reads search parameters, which may hold anything; leaves out invalid ones. */
export function parseGroupsSearch(params: Record<string, unknown>): GroupsSearch {
  return { ...parseListSearch(params, GROUP_SORT_KEYS, PANELS), ...searchText(params, "group") };
}

import type { ListSearch } from "./list-search";
import { parseListSearch, searchText } from "./list-search";

/** The columns that users can be sorted by. */
const USER_SORT_KEYS = ["name", "roles", "state", "lastLogin"] as const;
export type UserSortKey = (typeof USER_SORT_KEYS)[number];

/** What is open next to the list: the form for a new user, a user's form, or their sessions. */
const PANELS = ["new", "edit", "sessions"] as const;

/** The search parameters of the page Users, so that a URL can be shared. */
export interface UsersSearch extends ListSearch<UserSortKey, (typeof PANELS)[number]> {
  /** The name of the user whom the panel is about. */
  readonly user?: string | undefined;
}

/** Reads search parameters, which may hold anything; leaves out invalid ones. */
export function parseUsersSearch(params: Record<string, unknown>): UsersSearch {
  return { ...parseListSearch(params, USER_SORT_KEYS, PANELS), ...searchText(params, "user") };
}

import type { Connection, Group } from "../api/schema";
import type { Messages } from "../i18n/en";
import { sortBy } from "../util/sort-by";
import { containsWords } from "../util/text-search";
import type { GroupSortKey } from "./groups-search";
import { labelMatcher } from "./label-selector";

/** The connections of a group: those in its list, and in addition those that its labels select. */
export function connectionsOf(
  { connections, label }: { connections: readonly string[]; label?: string | undefined },
  all: readonly Connection[],
): readonly Connection[] {
  const ids = new Set(connections);
  const matches = label ? labelMatcher(label) : () => false;
  return all.filter((connection) => ids.has(connection.id) || matches(connection));
}

/** A group with the number of its connections. */
export interface CountedGroup extends Group {
  readonly count: number;
}

/** The groups of which name, description, role, members and connections contain all words of a query. */
export function filterGroups<T extends Group>(groups: readonly T[], query: string, t: Messages): readonly T[] {
  return groups.filter((group) => {
    const { name, description, role, users, connections, label } = group;
    const texts = [name, description, t.roleNames[role], role, ...users, ...connections, label];
    return containsWords(texts.filter(Boolean).join(" "), query);
  });
}

interface GroupSort {
  readonly column: GroupSortKey;
  readonly descending: boolean;
}

/** Sorts groups; those that are equal by name. */
export function sortGroups(
  groups: readonly CountedGroup[],
  { column, descending }: GroupSort,
  t: Messages,
): CountedGroup[] {
  const values: Record<GroupSortKey, (group: CountedGroup) => string | number> = {
    name: ({ name }) => name,
    role: ({ role }) => t.roleNames[role] ?? role,
    members: ({ users }) => users.length,
    connections: ({ count }) => count,
  };
  return sortBy(sortBy(groups, values.name, false), values[column], descending);
}

/** The names of the groups of each user, by name. */
export function groupsByUser(groups: readonly Group[]): ReadonlyMap<string, readonly string[]> {
  const byUser = new Map<string, string[]>();
  for (const { name, users } of groups) {
    for (const user of users) byUser.set(user, [...(byUser.get(user) ?? []), name]);
  }
  return byUser;
}

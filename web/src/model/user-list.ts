import type { User } from "../api/schema";
import type { Messages } from "../i18n/en";
import { sortBy } from "../util/sort-by";
import { containsWords } from "../util/text-search";
import { USER_STATES, userState } from "./user-state";
import type { UserSortKey } from "./users-search";

/** The names of a user's roles as one text. */
export function roleNames({ roles }: Pick<User, "roles">, { roleNames: names }: Messages): string {
  return roles.map((role) => names[role] ?? role).join(", ");
}

/** The users of whom name, roles, state and groups contain all words of a query, in the user's language or as the API has them. */
export function filterUsers(
  users: readonly User[],
  query: string,
  t: Messages,
  now: number,
  groups: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly User[] {
  return users.filter((user) => {
    const state = userState(user, now);
    const texts = [
      user.username,
      roleNames(user, t),
      ...user.roles,
      t.users.states[state],
      state,
      ...(groups.get(user.username) ?? []),
    ];
    return containsWords(texts.join(" "), query);
  });
}

interface UserSort {
  readonly column: UserSortKey;
  readonly descending: boolean;
}

/** Sorts users; those who are equal by name. */
export function sortUsers(users: readonly User[], { column, descending }: UserSort, t: Messages, now: number): User[] {
  const values: Record<UserSortKey, (user: User) => string | number | undefined> = {
    name: ({ username }) => username,
    roles: (user) => roleNames(user, t),
    state: (user) => USER_STATES.indexOf(userState(user, now)),
    lastLogin: ({ lastLogin }) => (lastLogin === undefined ? undefined : Date.parse(lastLogin)),
  };
  return sortBy(sortBy(users, values.name, false), values[column], descending);
}

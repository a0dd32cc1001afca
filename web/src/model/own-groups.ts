import type { Profile } from "../api/schema";

/** The names of a user's groups, each isolated from the text around it; empty without groups. */
export function groupNames({ groups = [] }: Pick<Profile, "groups">): string {
  return groups.map(({ name }) => `\u2068${name}\u2069`).join(", ");
}

/** The names of the groups by which a user sees only some connections; undefined for a user who sees all. */
export function narrowingGroups(profile: Profile | null | undefined): string | undefined {
  return profile?.connections ? groupNames(profile) : undefined;
}

import type { User, UserChange } from "../api/schema";

/** What administrators change about a user, apart from the password. */
const FIELDS = ["roles", "disabled", "mustChangePassword"] as const;
export type UserSetting = (typeof FIELDS)[number];

/** A user as a form has them. */
export interface UserDraft extends Pick<User, UserSetting> {
  /** The new password; empty to keep the one there is. */
  readonly password: string;
}

export const toUserDraft = ({ roles, disabled, mustChangePassword }: User): UserDraft => ({
  roles,
  disabled,
  mustChangePassword,
  password: "",
});

/** The settings in which two versions of a user differ. */
export function differingSettings(one: Pick<User, UserSetting>, other: Pick<User, UserSetting>): UserSetting[] {
  return FIELDS.filter((field) => String(one[field]) !== String(other[field]));
}

/** What a draft changes about a user; empty if it changes nothing. */
export function toUserChange(draft: UserDraft, user: User): UserChange {
  const { password, mustChangePassword } = draft;
  const changed = differingSettings(draft, user).map((field) => [field, draft[field]]);
  return {
    ...(Object.fromEntries(changed) as UserChange),
    // By default, a new password clears `mustChangePassword`.
    ...(password !== "" && { password, mustChangePassword }),
  };
}

/** What takes a change of a user's settings back. */
export function toUndo(change: UserChange, before: User): UserChange {
  return Object.fromEntries(FIELDS.filter((field) => field in change).map((field) => [field, before[field]]));
}

/** The draft with what another user has changed since `base`, where the draft itself does not change it. */
export function rebase(draft: UserDraft, base: User, latest: User): UserDraft {
  const own = new Set(differingSettings(draft, base));
  const theirs = FIELDS.filter((field) => !own.has(field)).map((field) => [field, latest[field]]);
  return { ...draft, ...(Object.fromEntries(theirs) as Partial<UserDraft>) };
}

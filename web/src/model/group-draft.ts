import type { Group, GroupChange, NewGroup } from "../api/schema";

/** What administrators change about a group. */
const FIELDS = ["description", "role", "users", "connections", "label", "narrows"] as const;
export type GroupSetting = (typeof FIELDS)[number];

/** A group as its form has it. */
export interface GroupDraft {
  readonly name: string;
  readonly description: string;
  readonly role: string;
  readonly users: readonly string[];
  readonly connections: readonly string[];
  /** A selector. */
  readonly label: string;
  readonly narrows: boolean;
}

export const EMPTY_GROUP: GroupDraft = {
  name: "",
  description: "",
  role: "viewer",
  users: [],
  connections: [],
  label: "",
  narrows: false,
};

export const toGroupDraft = ({ description = "", label = "", ...group }: Group): GroupDraft => ({
  ...group,
  description,
  label,
});

/** Whether a group has connections, by a list or by labels; then it always narrows. */
export const hasConnections = ({ connections, label }: Pick<GroupDraft, "connections" | "label">): boolean =>
  connections.length > 0 || label.trim() !== "";

/** Whether the members see only the connections of the group. */
export const isNarrowing = (draft: Pick<GroupDraft, "connections" | "label" | "narrows">): boolean =>
  draft.narrows || hasConnections(draft);

/** What the API creates of a draft. */
export function toNewGroup(draft: GroupDraft): NewGroup {
  const { name, role, users, connections } = draft;
  const [description, label] = [draft.description.trim(), draft.label.trim()];
  return {
    name: name.trim(),
    role,
    users: [...users],
    connections: [...connections],
    narrows: isNarrowing(draft),
    ...(description && { description }),
    ...(label && { label }),
  };
}

/** The settings in which two versions of a group differ. */
export function differingGroupSettings(one: GroupDraft, other: GroupDraft): GroupSetting[] {
  return FIELDS.filter((field) => comparable(one, field) !== comparable(other, field));
}

/** A setting as a text that is the same for what the server takes for the same. */
function comparable(draft: GroupDraft, field: GroupSetting): string {
  const value = field === "narrows" ? isNarrowing(draft) : draft[field];
  if (typeof value === "string") return value.trim();
  return typeof value === "boolean" ? String(value) : JSON.stringify(value.toSorted());
}

/** What a draft changes about a group; empty if it changes nothing. */
export function toGroupChange(draft: GroupDraft, base: GroupDraft): GroupChange {
  const changed = differingGroupSettings(draft, base);
  if (changed.length === 0) return {};
  const { description, role, users, connections, label } = draft;
  const all: Required<Omit<GroupChange, "name">> = {
    description: description.trim(),
    role,
    users: [...users],
    connections: [...connections],
    label: label.trim(),
    narrows: isNarrowing(draft),
  };
  // A change of the connections would otherwise decide about `narrows`.
  const sent = new Set<GroupSetting>([...changed, "narrows"]);
  return Object.fromEntries(FIELDS.filter((field) => sent.has(field)).map((field) => [field, all[field]]));
}

/** The draft with what another user has changed since `base`, where the draft itself does not change it. */
export function rebaseGroup(draft: GroupDraft, base: GroupDraft, latest: GroupDraft): GroupDraft {
  const own = new Set(differingGroupSettings(draft, base));
  const theirs = FIELDS.filter((field) => !own.has(field)).map((field) => [field, latest[field]]);
  return { ...draft, ...(Object.fromEntries(theirs) as Partial<GroupDraft>) };
}

import type { Connection, NewToken, Permission } from "../api/schema";
import { labelMatcher } from "./label-selector";

/** After how many days a token expires, or on a date. */
export const EXPIRY_DAYS = [7, 30, 90] as const;
type Expiry = (typeof EXPIRY_DAYS)[number] | "date";

/** A new token as its form has it. */
export interface TokenDraft {
  readonly name: string;
  readonly description: string;
  readonly role: string;
  readonly expiry: Expiry;
  /** The last day, as the field has it: `2027-01-31`. */
  readonly lastDay: string;
  readonly readOnly: boolean;
  /** Whether the token may do only `actions`. */
  readonly onlyActions: boolean;
  readonly actions: readonly Permission[];
  /** Whether the token covers only `connections`. */
  readonly onlySome: boolean;
  readonly connections: readonly string[];
  /** A selector. */
  readonly labels: string;
  /** Separated by white space or commas. */
  readonly networks: string;
}

export const EMPTY_TOKEN: TokenDraft = {
  name: "",
  description: "",
  role: "viewer",
  expiry: 30,
  lastDay: "",
  readOnly: false,
  onlyActions: false,
  actions: [],
  onlySome: false,
  connections: [],
  labels: "",
  networks: "",
};

/** When the token of a draft expires, in milliseconds since 1970; undefined without a date. */
export function expiryOf({ expiry, lastDay }: Pick<TokenDraft, "expiry" | "lastDay">, now: number): number | undefined {
  if (expiry !== "date") return now + expiry * 86_400_000;
  // The end of the last day, in the user's time zone.
  const end = new Date(`${lastDay}T00:00`);
  end.setDate(end.getDate() + 1);
  return Number.isNaN(end.getTime()) ? undefined : end.getTime();
}

/** What the API creates of a draft. */
export function toNewToken(draft: TokenDraft, now: number): NewToken {
  const { name, description, role, readOnly, onlyActions, actions, onlySome, connections, labels, networks } = draft;
  const until = expiryOf(draft, now);
  const allowed = networks.split(/[\s,;]+/).filter(Boolean);
  return {
    name,
    role,
    // An empty one gets the server's refusal, as every other mistake does.
    validUntil: until === undefined ? "" : new Date(until).toISOString(),
    readOnly,
    ...(description.trim() && { description }),
    ...(onlyActions && { actions: [...actions] }),
    ...(onlySome && { connections: [...connections] }),
    ...(labels.trim() && { labels: labels.trim() }),
    ...(allowed.length > 0 && { networks: allowed }),
  };
}

/** The connections that a token covers. */
export function coveredBy(
  { connections, labels }: { connections?: readonly string[] | undefined; labels?: string | undefined },
  all: readonly Connection[],
): readonly Connection[] {
  const ids = connections && new Set(connections);
  const matches = labels ? labelMatcher(labels) : undefined;
  return all.filter((connection) => (ids?.has(connection.id) ?? true) && (matches?.(connection) ?? true));
}

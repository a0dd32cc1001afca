/** The kinds of entries, by the API's names. */
export const ACTIVITY_KINDS = ["status", "failures", "connections", "access", "system"] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** The kinds for users who may see the audit trail. */
export const AUDIT_KINDS: ReadonlySet<ActivityKind> = new Set(["connections", "access", "system"]);

/** How far back to look, in milliseconds. */
export const ACTIVITY_PERIODS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, all: undefined } as const;
export type ActivityPeriod = keyof typeof ACTIVITY_PERIODS;

/** The search parameters of the page Activity: which changes to list, so that a URL can be shared. */
export interface ActivitySearch {
  readonly kind?: ActivityKind | undefined;
  /** A user's name. */
  readonly user?: string | undefined;
  /** The last 24 hours if it is left out. */
  readonly period?: Exclude<ActivityPeriod, "day"> | undefined;
  /** The id of a connection. */
  readonly connection?: string | undefined;
  /** A selector of labels, such as `site=graz`. */
  readonly label?: string | undefined;
}

/** What is left of a shared URL for users who may not see the audit trail. */
export function withoutAuditFilters({ kind, period, connection, label }: ActivitySearch): ActivitySearch {
  return { kind: kind && AUDIT_KINDS.has(kind) ? undefined : kind, period, connection, label };
}

/** Reads search parameters, which may hold anything; leaves out invalid ones. */
export function parseActivitySearch(params: Record<string, unknown>): ActivitySearch {
  const text = (key: string) => {
    const value = params[key];
    // The router parses `?user=7` as a number; a name is text.
    return value === undefined || value === "" ? {} : { [key]: String(value) };
  };
  const kind = ACTIVITY_KINDS.find((each) => each === params["kind"]);
  const period = (["hour", "week", "all"] as const).find((each) => each === params["period"]);
  return { ...text("user"), ...text("connection"), ...text("label"), ...(kind && { kind }), ...(period && { period }) };
}

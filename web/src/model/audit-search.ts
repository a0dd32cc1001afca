import type { AuditFilter } from "../api/audit";

/** How far back to look, in milliseconds. */
export const AUDIT_PERIODS = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
} as const;
export type AuditPeriod = keyof typeof AUDIT_PERIODS;

/** The names that the API has for kinds of objects and for outcomes. */
export const OBJECT_KINDS = ["connection", "session", "user", "group", "token", "plugin", "installation"] as const;
export const OUTCOMES = ["success", "denied"] as const;

/** The search parameters of the page of the audit trail: which entries to list, so that a URL can be shared. */
export interface AuditSearch {
  readonly text?: string | undefined;
  /** A time as in `2026-11-29T14:05Z`, in place of a period. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly period?: AuditPeriod | undefined;
  /** A user's name. */
  readonly actor?: string | undefined;
  /** Names of actions, separated by commas. */
  readonly action?: string | undefined;
  readonly objectKind?: (typeof OBJECT_KINDS)[number] | undefined;
  /** An id or a name. */
  readonly object?: string | undefined;
  readonly outcome?: (typeof OUTCOMES)[number] | undefined;
  readonly address?: string | undefined;
  readonly requestId?: string | undefined;
  /** The number of the entry that is open. */
  readonly entry?: number | undefined;
}

/** The conditions, in the order in which they are shown. */
export const AUDIT_CONDITIONS = [
  "text",
  "period",
  "from",
  "to",
  "actor",
  "action",
  "objectKind",
  "object",
  "outcome",
  "address",
  "requestId",
] as const satisfies readonly (keyof AuditSearch)[];
export type AuditCondition = (typeof AUDIT_CONDITIONS)[number];

/** Those that are typed. */
const TEXTS = ["text", "actor", "action", "object", "address", "requestId"] as const;

/** Reads search parameters, which may hold anything; leaves out what can't be shown in a field. */
export function parseAuditSearch(params: Record<string, unknown>): AuditSearch {
  const given = (names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = params[name];
        // The router parses `?actor=7` as a number; a name is text.
        return value === undefined || value === null || value === "" ? [] : [[name, asText(value)]];
      }),
    );
  const oneOf = <T extends string>(name: string, values: readonly T[]) => {
    const value = values.find((each) => each === params[name]);
    return value === undefined ? {} : { [name]: value };
  };
  const range = Object.fromEntries(
    Object.entries(given(["from", "to"])).filter(([, time]) => !Number.isNaN(Date.parse(time))),
  );
  return {
    ...given(TEXTS),
    ...oneOf("objectKind", OBJECT_KINDS),
    ...oneOf("outcome", OUTCOMES),
    ...range,
    ...(Number.isSafeInteger(params["entry"]) && { entry: Number(params["entry"]) }),
    ...(Object.keys(range).length === 0 && oneOf("period", Object.keys(AUDIT_PERIODS))),
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The names of the actions of a search. */
export function actionsOf({ action }: AuditSearch): readonly string[] {
  return (action ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The search as the API takes it. */
export function auditFilter({ period, from, to, entry: _entry, ...search }: AuditSearch): AuditFilter {
  return {
    ...(Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as AuditFilter),
    ...(period && { period: AUDIT_PERIODS[period] }),
    ...(from !== undefined && { since: Date.parse(from) }),
    // The whole minute.
    ...(to !== undefined && { until: Date.parse(to) + 59_999 }),
  };
}

/** Whether a range of time ends before it begins. */
export function isReversed({ from, to }: AuditSearch): boolean {
  return from !== undefined && to !== undefined && Date.parse(to) < Date.parse(from);
}

/** A time of the URL as the field for a local time has it: `2026-11-29T15:05`. */
export function toLocalField(time: string): string {
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The time of such a field as the URL has it; undefined if it is empty or unfinished. */
export function fromLocalField(value: string): string | undefined {
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : `${time.toISOString().slice(0, 16)}Z`;
}

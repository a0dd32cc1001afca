import type { Connection, LinkState, StatusChange } from "../api/schema";

/**
 * Every state in the order of urgency, the only one: failures first, then states that will change by
 * themselves, then the normal ones.
 */
const BY_URGENCY = ["down", "unreadable", "connecting", "unobserved", "online", "idle"] as const;

/** A state in a link's history: a display state, or `unobserved` while haltere was not running. */
export type HistoryState = (typeof BY_URGENCY)[number];

/**
 * The state of a connection as the console displays it. `down` is a failure that is being retried; `idle` is
 * disconnected on purpose; `unreadable` is a stored connection that the server can't decrypt or parse.
 */
export type DisplayState = Exclude<HistoryState, "unobserved">;

/** All states of a history, the most urgent first. */
export const HISTORY_STATES: readonly HistoryState[] = BY_URGENCY;

/** All display states, the most urgent first. */
export const DISPLAY_STATES: readonly DisplayState[] = BY_URGENCY.filter((state) => state !== "unobserved");

/** How urgent a state is; 0 is the most urgent. */
export const URGENCY = Object.fromEntries(BY_URGENCY.map((state, index) => [state, index])) as Record<
  HistoryState,
  number
>;

export function displayState({ status }: Connection): DisplayState {
  return status ? ofLink(status) : "unreadable";
}

/** The state after a change. */
export function historyState({ state, error }: StatusChange): HistoryState {
  return state === "unobserved" ? state : ofLink({ state, error });
}

function ofLink({ state, error }: { state: LinkState; error?: unknown }): DisplayState {
  if (state === "online" || state === "idle") return state;
  // A retry that has started does not make the broker look better until it succeeds.
  return error || state === "waiting" ? "down" : "connecting";
}

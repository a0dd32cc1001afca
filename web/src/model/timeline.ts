import type { StatusChange } from "../api/schema";
import type { HistoryState } from "./display-state";
import { HISTORY_STATES, historyState, URGENCY } from "./display-state";

/** A period in one state. Both ends are milliseconds since 1970. */
export interface Segment {
  readonly state: HistoryState;
  /** The code of the failure, if it was one. */
  readonly code?: string;
  readonly from: number;
  readonly to: number;
}

/** The periods between changes, oldest first, until `now`. The server returns changes newest first. */
export function toSegments(changes: readonly StatusChange[], now: number): Segment[] {
  const segments: Segment[] = [];
  for (const [index, change] of changes.entries()) {
    const from = change.timestamp;
    const to = Math.max(from, changes[index - 1]?.timestamp ?? now);
    segments.push({ state: historyState(change), from, to, ...(change.error && { code: change.error.code }) });
  }
  return segments.toReversed();
}

/** Adjacent columns of the timeline that show the same segment, from column `start` up to `end`. */
export interface ColumnRun {
  readonly start: number;
  readonly end: number;
  readonly segment: Segment;
}

/**
 * Divides the time of all segments into columns of equal width. A column shows the most urgent segment of
 * its time, so that a short failure stays visible.
 */
export function toColumnRuns(segments: readonly Segment[], columns: number): ColumnRun[] {
  const first = segments[0]?.from ?? 0;
  const width = ((segments.at(-1)?.to ?? 0) - first) / columns;
  const runs: ColumnRun[] = [];
  for (let column = 0; column < columns; column += 1) {
    const from = first + column * width;
    const segment = mostUrgent(segments.filter((each) => each.from < from + width && each.to > from));
    const last = runs.at(-1);
    if (last && last.segment === segment) runs[runs.length - 1] = { ...last, end: column + 1 };
    else if (segment) runs.push({ start: column, end: column + 1, segment });
  }
  return runs;
}

function mostUrgent(segments: readonly Segment[]): Segment | undefined {
  return segments.toSorted((a, b) => URGENCY[a.state] - URGENCY[b.state])[0];
}

/** The least time that shares are of, in milliseconds: of the first second, all is spent connecting. */
const MIN_SHARED = 60_000;

/**
 * The fraction of time spent in each state, the most urgent first; states that never occurred are left out. None
 * while too little time has passed.
 */
export function stateShares(segments: readonly Segment[]): { state: HistoryState; share: number }[] {
  const total = (segments.at(-1)?.to ?? 0) - (segments[0]?.from ?? 0);
  if (total < MIN_SHARED) return [];
  return HISTORY_STATES.map((state) => {
    const time = segments.filter((each) => each.state === state).reduce((sum, { from, to }) => sum + to - from, 0);
    return { state, share: time / total };
  }).filter(({ share }) => share > 0);
}

/** A fraction in percent with one decimal; one close to 0 or 1 is not rounded to 0 % or 100 %. */
export function formatShare(share: number, language: string): string {
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  if (share > 0 && share < 0.001) return `< ${format.format(0.001)}`;
  if (share < 1 && share > 0.999) return `> ${format.format(0.999)}`;
  return format.format(share);
}

import type { StatusChange } from "../api/schema";
import type { ShownThen } from "./state";

/** A stretch of time in one state. Both ends in milliseconds since 1970. */
export interface Segment {
  readonly state: ShownThen;
  /** The failure's code, while there is one. */
  readonly code?: string;
  readonly from: number;
  readonly to: number;
}

/** What a link looked like after a change. */
export function shownThen({ state, error }: StatusChange): ShownThen {
  if (state === "online" || state === "idle" || state === "unobserved") return state;
  return error || state === "waiting" ? "down" : "connecting";
}

/** The time between changes (newest first, as the server has them), oldest first, until `now`. */
export function segments(changes: readonly StatusChange[], now: number): Segment[] {
  const found: Segment[] = [];
  for (const [index, change] of changes.entries()) {
    const from = change.timestamp;
    const to = Math.max(from, changes[index - 1]?.timestamp ?? now);
    const state = shownThen(change);
    found.push({ state, from, to, ...(change.error && { code: change.error.code }) });
  }
  return found.toReversed();
}

/** The worst first: a short failure within a long stretch of calm is what one looks for. */
const WORST: readonly ShownThen[] = ["down", "unreadable", "idle", "connecting", "unobserved", "online"];

/** A piece of the band: from its `start` to its `end`, counted in columns. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** The worst that happened in it. */
  readonly segment: Segment;
}

/**
 * The segments as so many columns of equal time. A column shows the worst of its time, so that no failure
 * is too short to be seen.
 */
export function pieces(all: readonly Segment[], columns: number): Piece[] {
  const first = all[0]?.from ?? 0;
  const width = ((all.at(-1)?.to ?? 0) - first) / columns;
  const found: Piece[] = [];
  for (let column = 0; column < columns; column += 1) {
    const from = first + column * width;
    const worst = worstOf(all.filter((segment) => segment.from < from + width && segment.to > from));
    const before = found.at(-1);
    if (before && before.segment === worst) found[found.length - 1] = { ...before, end: column + 1 };
    else if (worst) found.push({ start: column, end: column + 1, segment: worst });
  }
  return found;
}

function worstOf(segments: readonly Segment[]): Segment | undefined {
  return segments.toSorted((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state))[0];
}

/** Which part of the time was spent in each state, from 0 to 1, the worst first; what never was is left out. */
export function shares(all: readonly Segment[]): { state: ShownThen; share: number }[] {
  const length = (all.at(-1)?.to ?? 0) - (all[0]?.from ?? 0);
  return WORST.map((state) => {
    const spent = all.filter((segment) => segment.state === state).reduce((sum, { from, to }) => sum + to - from, 0);
    return { state, share: length > 0 ? spent / length : 0 };
  }).filter(({ share }) => share > 0);
}

/** A share, to a tenth of a percent; what is nearly nothing or nearly all is not rounded to that. */
export function percent(share: number, language: string): string {
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  if (share > 0 && share < 0.001) return `< ${format.format(0.001)}`;
  if (share < 1 && share > 0.999) return `> ${format.format(0.999)}`;
  return format.format(share);
}

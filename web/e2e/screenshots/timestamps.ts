export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** When all pictures are taken, by the clocks in them: a Thursday morning in Berlin. */
export const NOW = Date.parse("2026-06-11T09:42:00+02:00");

/** The last midnight (UTC) there, and here: days between two moments are the same in both. */
const DISPLAYED_MIDNIGHT = NOW - (NOW % DAY);
export const REAL_MIDNIGHT = Date.now() - (Date.now() % DAY);

/** What a moment of ours is in the pictures. */
export const toDisplayedTime = (at: number): number => at - REAL_MIDNIGHT + DISPLAYED_MIDNIGHT;

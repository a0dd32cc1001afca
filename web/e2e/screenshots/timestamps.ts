export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The time of all screenshots: a Thursday morning in Berlin. */
export const NOW = Date.parse("2026-06-11T09:42:00+02:00");

/** The last midnight (UTC) of that time and of today; the days between two times are the same in both. */
const DISPLAYED_MIDNIGHT = NOW - (NOW % DAY);
export const REAL_MIDNIGHT = Date.now() - (Date.now() % DAY);

/** Maps a real time to the displayed one. */
export const toDisplayedTime = (at: number): number => at - REAL_MIDNIGHT + DISPLAYED_MIDNIGHT;

import { useSyncExternalStore } from "react";

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** How long ago something was, in words: `3 minutes ago`. Both in milliseconds since 1970. */
export function ago(at: number, now: number, language: string): string {
  const passed = Math.max(0, now - at);
  const [unit, length] = UNITS.find(([, length]) => passed >= length) ?? ["second", 1_000];
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  return format.format(-Math.floor(passed / length), unit);
}

/** How far away a moment is, before or after now, in words: `in 3 days`, `3 days ago`. */
export function away(at: number, now: number, language: string): string {
  const left = at - now;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  // One year would say too little about what is renewed every year.
  if (Math.abs(left) >= 2 * YEAR) return format.format(Math.trunc(left / YEAR), "year");
  const [unit, length] = UNITS.slice(0, 2).find(([, length]) => Math.abs(left) >= length) ?? ["minute", 60_000];
  return format.format(Math.trunc(left / length), unit);
}

const YEAR = 365.25 * 86_400_000;

/** How long something takes, as short as can be: `3m`, `2h`, `5d`. */
export function span(milliseconds: number): string {
  const passed = Math.max(0, milliseconds);
  for (const [unit, length] of UNITS) {
    if (passed >= length) return `${Math.floor(passed / length)}${unit[0]}`;
  }
  return "0s";
}

/** A moment, to the second, in the local time zone. */
export function moment(at: number | string, language: string): string {
  return moments(language).format(new Date(at));
}

/** A day, in the local time zone. */
export function day(at: number | string, language: string): string {
  return days(language).format(new Date(at));
}

const moments = perLanguage(
  (language) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }),
);
const days = perLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: "medium" }));

/** Makes something once per language: a format takes a hundred times as long to make as to use, and each row uses one. */
function perLanguage<T>(make: (language: string) => T): (language: string) => T {
  const made = new Map<string, T>();
  return (language) => {
    let found = made.get(language);
    if (found === undefined) made.set(language, (found = make(language)));
    return found;
  };
}

// One clock for the page: a thousand rows need no thousand timers.
let now = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(watcher: () => void) {
  watchers.add(watcher);
  if (timer === undefined) {
    // It has stood still while nobody looked.
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of watchers) each();
    }, 1_000);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, told anew every `step` milliseconds. */
export function useNow(step = 1_000): number {
  return useSyncExternalStore(watch, () => now - (now % step));
}

/** How long ago something was, as {@link span} says it. Draws anew only when it is said differently: for most of a fleet, hardly ever. */
export function useSpanSince(at: number): string {
  return useSyncExternalStore(watch, () => span(now - at));
}

const YEAR = 365.25 * 86_400_000;

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** The time that has passed, in words: `3 minutes ago`. Both times are milliseconds since 1970. */
export function formatAgo(time: number, now: number, language: string): string {
  const passed = Math.max(0, now - time);
  const [unit, length] = UNITS.find(([, length]) => passed >= length) ?? ["second", 1_000];
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  return format.format(-Math.floor(passed / length), unit);
}

/** The distance of a time before or after now, in words: `in 3 days`, `3 days ago`. */
export function formatRelative(time: number, now: number, language: string): string {
  const left = time - now;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  // "In 1 year" is too coarse for a certificate that is renewed every year.
  if (Math.abs(left) >= 2 * YEAR) return format.format(Math.trunc(left / YEAR), "year");
  const [unit, length] = UNITS.slice(0, 2).find(([, length]) => Math.abs(left) >= length) ?? ["minute", 60_000];
  return format.format(Math.trunc(left / length), unit);
}

/** A duration in its largest unit: `3m`, `2h`, `5d`. */
export function formatDuration(milliseconds: number): string {
  const passed = Math.max(0, milliseconds);
  for (const [unit, length] of UNITS) {
    if (passed >= length) return `${Math.floor(passed / length)}${unit[0]}`;
  }
  return "0s";
}

/** How long something took, in a unit that keeps it short: `0.4 ms`, `2.5 sec`. */
export function formatRunTime(milliseconds: number, language: string): string {
  const [value, unit] = milliseconds < 1_000 ? [milliseconds, "millisecond"] : [milliseconds / 1_000, "second"];
  const format = new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  });
  return format.format(value);
}

/** A date and time, to the second, in 24 hours, with the local time zone. */
export function formatDateTime(time: number | string, language: string): string {
  return `${formatDate(time, language)}, ${timeFormat(language).format(new Date(time))}`;
}

/** A date and time in UTC, as logs have it: `2026-11-29 14:05:09 UTC`. */
export function formatUtc(time: number | string): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A date and time for a tooltip: local, and in UTC. */
export function formatExactTime(time: number | string, language: string): string {
  return `${formatDateTime(time, language)} · ${formatUtc(time)}`;
}

/** A date, in the local time zone. */
export function formatDate(time: number | string, language: string): string {
  return dateFormat(language).format(new Date(time));
}

const timeFormat = perLanguage(
  (language) =>
    new Intl.DateTimeFormat(language, {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZoneName: "short",
    }),
);
const dateFormat = perLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: "medium" }));

/** English is British: days before months, 24 hours. Caches a format per language: creating one takes a hundred times as long as using it, and every row uses one. */
function perLanguage<T>(create: (language: string) => T): (language: string) => T {
  const cache = new Map<string, T>();
  return (language) => {
    let format = cache.get(language);
    if (format === undefined) cache.set(language, (format = create(language === "en" ? "en-GB" : language)));
    return format;
  };
}

const DAY = 86_400;

/**
 * The ticks of an axis of time, local, in 24 hours. Where another day begins, a second line has its date; ticks with a
 * day or more between them have nothing else. All times are in seconds, `times` since 1970.
 */
export function formatTicks(times: readonly number[], step: number, language: string): string[] {
  const locale = language === "en" ? "en-GB" : language;
  const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const time = new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(step < 60 && { second: "2-digit" }),
  });
  const dates = times.map((at) => date.format(at * 1_000));
  if (step >= DAY) return dates;
  const isOneDay = dates.at(0) === dates.at(-1);
  return times.map((at, index) => {
    const text = time.format(at * 1_000);
    return isOneDay || dates[index] === dates[index - 1] ? text : `${text}\n${dates[index]}`;
  });
}

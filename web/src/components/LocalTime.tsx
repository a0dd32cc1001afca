import { useLanguage } from "../i18n/language";
import { formatDateTime, formatUtc } from "../util/format-time";

/** A date and time in the local time zone, with UTC as a tooltip: logs are in UTC. */
export function LocalTime({ time, format }: { time: number | string; format?: (text: string) => string }) {
  const language = useLanguage();
  const local = formatDateTime(time, language);
  return (
    <time dateTime={new Date(time).toISOString()} title={formatUtc(time)}>
      {format?.(local) ?? local}
    </time>
  );
}

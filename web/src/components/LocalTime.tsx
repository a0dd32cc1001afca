import { useLanguage } from "../i18n/language";
import { formatDate, formatDateTime, formatUtc } from "../util/format-time";

interface Props {
  time: number | string;
  format?: ((text: string) => string) | undefined;
}

/** A date and time in the local time zone, with UTC as a tooltip: logs are in UTC. */
export function LocalTime({ time, format }: Props) {
  return <Time time={time} local={formatDateTime(time, useLanguage())} format={format} />;
}

/** A date in the local time zone, with date and time in UTC as a tooltip. */
export function LocalDate({ time, format }: Props) {
  return <Time time={time} local={formatDate(time, useLanguage())} format={format} />;
}

function Time({ time, local, format }: { time: number | string; local: string; format: Props["format"] }) {
  return (
    <time dateTime={new Date(time).toISOString()} title={formatUtc(time)}>
      {format?.(local) ?? local}
    </time>
  );
}

import { useLanguage } from "../i18n/language";
import { formatAgo, formatExactTime } from "../util/format-time";

interface Props {
  time: number | string;
  now: number;
  format?: (text: string) => string;
}

/** How long ago something was, with the exact time, also in UTC, as a tooltip. */
export function Ago({ time, now, format }: Props) {
  const language = useLanguage();
  const ago = formatAgo(new Date(time).getTime(), now, language);
  return (
    <time dateTime={new Date(time).toISOString()} title={formatExactTime(time, language)}>
      {format?.(ago) ?? ago}
    </time>
  );
}

import { useElapsed } from "../hooks/use-now";
import { useLanguage, useMessages } from "../i18n/language";
import { formatExactTime } from "../util/format-time";

interface Props {
  /** Milliseconds since 1970. */
  time: number;
  /** False when it may have been so before `time`. */
  isKnown?: boolean | undefined;
  /** Without the preposition, for a table cell. */
  short?: boolean;
}

/** For how long something has been as it is, with the exact time as a tooltip. */
export function Since({ time, isKnown = true, short = false }: Props) {
  const { fleet } = useMessages();
  const language = useLanguage();
  const age = useElapsed(time);
  const exact = formatExactTime(time, language);
  const [known, atLeast] = short ? [age, fleet.atLeast(age)] : [fleet.sinceWhen(age), fleet.sinceAtLeast(age)];
  return <time title={isKnown ? exact : fleet.orBefore(exact)}>{isKnown ? known : atLeast}</time>;
}

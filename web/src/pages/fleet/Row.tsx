import { Link } from "@tanstack/react-router";
import { memo } from "react";

import type { Connection } from "../../api/schema";
import { useLanguage, useWords } from "../../i18n/language";
import { StateMark } from "../../ui/StateMark";
import { Tick } from "../../ui/Tick";
import { expiry } from "../../util/certificate-age";
import { shown } from "../../util/state";
import { day, moment, useNow, useSpanSince } from "../../util/time";
import classes from "./Row.module.css";

interface Props {
  connection: Connection;
  isSelected: boolean;
  onSelect: ((id: string) => void) | undefined;
}

/** One connection on one line. */
export const Row = memo(function Row({ connection, isSelected, onSelect }: Props) {
  const words = useWords();
  const { id, name, url, status } = connection;
  return (
    <div className={classes.row} role="listitem" data-selectable={onSelect ? true : undefined}>
      {onSelect && <Tick aria-label={words.fleet.select(name)} checked={isSelected} onChange={() => onSelect(id)} />}
      <div className={classes.who}>
        <Link to="/connections/$connectionId" params={{ connectionId: id }} className={classes.name}>
          {name}
        </Link>
        <span className={classes.url}>{url}</span>
        {/* Where there is no room for the reason, its code stands in the place of the URL. */}
        {status?.error && <code className={classes.code}>{status.error.code}</code>}
      </div>
      <StateMark state={shown(connection)} />
      <div className={classes.reason}>
        <Reason connection={connection} />
      </div>
      <span className={classes.since}>{status && <Since at={status.timestamp} isKnown={status.sinceKnown} />}</span>
    </div>
  );
});

function Reason({ connection: { status, broker } }: { connection: Connection }) {
  const words = useWords();
  const language = useLanguage();
  const now = useNow(60_000);
  if (status?.error) {
    return (
      <span title={status.error.message}>
        <code>{status.error.code}</code> {status.error.message}
      </span>
    );
  }
  const end = expiry(broker?.tls?.notAfter, now);
  return (
    <span className={classes.version}>
      {broker?.version}
      {end === "soon" && <em> · {words.fleet.expires(day(broker?.tls?.notAfter ?? 0, language))}</em>}
      {end === "over" && <em> · {words.fleet.expired}</em>}
    </span>
  );
}

function Since({ at, isKnown = true }: { at: number; isKnown: boolean | undefined }) {
  const words = useWords();
  const language = useLanguage();
  const age = useSpanSince(at);
  const when = moment(at, language);
  return <time title={isKnown ? when : words.fleet.orBefore(when)}>{isKnown ? age : words.fleet.atLeast(age)}</time>;
}

import { Link } from "@tanstack/react-router";
import { memo } from "react";

import type { Connection } from "../../api/schema";
import { Since } from "../../components/Since";
import { useNow } from "../../hooks/use-now";
import { useLanguage, useMessages } from "../../i18n/language";
import { useSentences } from "../../i18n/sentences";
import { displayState } from "../../model/display-state";
import { linkTo } from "../../model/paths";
import { Checkbox } from "../../ui/Checkbox";
import { StateBadge } from "../../ui/StateBadge";
import { expiryState } from "../../util/certificate-validity";
import { formatDate } from "../../util/format-time";
import classes from "./ConnectionRow.module.css";

interface Props {
  connection: Connection;
  isSelected: boolean;
  onSelect: ((id: string) => void) | undefined;
}

/** A connection as a row of the table. */
export const ConnectionRow = memo(function ConnectionRow({ connection, isSelected, onSelect }: Props) {
  const t = useMessages();
  const { id, name, url, status } = connection;
  return (
    <div className={classes.row} role="listitem" data-selectable={onSelect ? true : undefined}>
      {onSelect && <Checkbox aria-label={t.fleet.select(name)} checked={isSelected} onChange={() => onSelect(id)} />}
      <div className={classes.identity}>
        <Link {...linkTo.connection(id)} className={classes.name}>
          {name}
        </Link>
        <span className={classes.url}>{url}</span>
        {/* Narrow layouts show the code instead of the URL. */}
        {status?.error && <code className={classes.code}>{status.error.code}</code>}
      </div>
      <StateBadge state={displayState(connection)} />
      <div className={classes.reason}>
        <Reason connection={connection} />
      </div>
      <span className={classes.since}>
        {status && <Since time={status.timestamp} isKnown={status.sinceKnown} short />}
      </span>
    </div>
  );
});

function Reason({ connection: { status, broker } }: { connection: Connection }) {
  const t = useMessages();
  const language = useLanguage();
  const sentences = useSentences();
  const now = useNow(60_000);
  if (status?.error) {
    const { text, lang } = sentences.failure(status.error);
    return (
      <span title={text} lang={lang}>
        <code>{status.error.code}</code> {text}
      </span>
    );
  }
  const end = expiryState(broker?.tls?.notAfter, now);
  return (
    <span className={classes.version}>
      {broker?.version}
      {end === "expiring" && <em> · {t.fleet.expires(formatDate(broker?.tls?.notAfter ?? 0, language))}</em>}
      {end === "expired" && <em> · {t.fleet.expired}</em>}
    </span>
  );
}

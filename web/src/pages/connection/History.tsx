import { useQuery } from "@tanstack/react-query";

import { historyQuery } from "../../api/connections";
import type { Connection, StatusChange } from "../../api/schema";
import { useLanguage, useMessages } from "../../i18n/language";
import { historyState } from "../../model/display-state";
import { Card } from "../../ui/Card";
import { StateIcon } from "../../ui/StateBadge";
import { formatDateTime } from "../../util/format-time";
import classes from "./History.module.css";
import { Timeline } from "./Timeline";

/** The status changes of a link, newest first. */
export function History({ connection }: { connection: Connection }) {
  const t = useMessages();
  const changes = useQuery(historyQuery(connection)).data ?? [];
  return (
    <div className={classes.history}>
      <Card title={t.connection.history}>
        {changes.length === 0 ? (
          <p className={classes.none}>{t.connection.noHistory}</p>
        ) : (
          <>
            <Timeline changes={changes} />
            {/* Focusable, so that the keyboard can scroll it. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <ol className={classes.list} tabIndex={0} aria-label={t.timeline.changes}>
              {changes.map((change) => (
                <Change key={`${change.timestamp} ${change.state}`} change={change} />
              ))}
            </ol>
          </>
        )}
      </Card>
    </div>
  );
}

function Change({ change }: { change: StatusChange }) {
  const t = useMessages();
  const language = useLanguage();
  const state = historyState(change);
  return (
    <li>
      <StateIcon state={state} />
      <span className={classes.word}>{t.states[state]}</span>
      <span className={classes.reason}>
        {change.error && (
          <>
            <code>{change.error.code}</code> {change.error.message}
          </>
        )}
        {state === "unobserved" && t.connection.notRunning}
      </span>
      <time>
        {change.sinceKnown === false
          ? t.fleet.orBefore(formatDateTime(change.timestamp, language))
          : formatDateTime(change.timestamp, language)}
      </time>
    </li>
  );
}

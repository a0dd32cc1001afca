import { useQuery } from "@tanstack/react-query";

import { history } from "../../api/connections";
import type { Connection, StatusChange } from "../../api/schema";
import { useLanguage, useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { StateShape } from "../../ui/StateMark";
import { moment } from "../../util/time";
import { shownThen } from "../../util/timeline";
import classes from "./History.module.css";
import { Timeline } from "./Timeline";

/** What the link went through, newest first. */
export function History({ connection }: { connection: Connection }) {
  const words = useWords();
  const changes = useQuery(history(connection)).data ?? [];
  return (
    <div className={classes.history}>
      <Card title={words.connection.history}>
        {changes.length === 0 ? (
          <p className={classes.none}>{words.connection.noHistory}</p>
        ) : (
          <>
            <Timeline changes={changes} />
            {/* Focusable, so that a long list can be scrolled with the keyboard. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <ol className={classes.list} tabIndex={0} aria-label={words.timeline.changes}>
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
  const words = useWords();
  const language = useLanguage();
  const state = shownThen(change);
  return (
    <li>
      <StateShape state={state} />
      <span className={classes.word}>{words.states[state]}</span>
      <span className={classes.reason}>
        {change.error && (
          <>
            <code>{change.error.code}</code> {change.error.message}
          </>
        )}
        {state === "unobserved" && words.connection.notRunning}
      </span>
      <time>
        {change.sinceKnown === false
          ? words.fleet.orBefore(moment(change.timestamp, language))
          : moment(change.timestamp, language)}
      </time>
    </li>
  );
}

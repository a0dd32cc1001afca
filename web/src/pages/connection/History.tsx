import { useQuery } from "@tanstack/react-query";

import { history } from "../../api/connections";
import type { Connection, StatusChange } from "../../api/schema";
import { useLanguage, useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { StateShape } from "../../ui/StateMark";
import type { Shown } from "../../util/state";
import { moment } from "../../util/time";
import classes from "./History.module.css";

/** What the link went through, newest first. */
export function History({ connection }: { connection: Connection }) {
  const words = useWords();
  const changes = useQuery(history(connection.id, connection.status?.timestamp ?? 0)).data ?? [];
  return (
    <div className={classes.history}>
      <Card title={words.connection.history}>
        {changes.length === 0 && <p className={classes.none}>{words.connection.noHistory}</p>}
        <ol className={classes.list}>
          {changes.map((change) => (
            <Change key={change.timestamp} change={change} />
          ))}
        </ol>
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
      </span>
      <time>{moment(change.timestamp, language)}</time>
    </li>
  );
}

function shownThen({ state, error }: StatusChange): Shown {
  if (state === "online" || state === "idle") return state;
  return error || state === "waiting" ? "down" : "connecting";
}

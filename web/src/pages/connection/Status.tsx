import type { Connection, ConnectionStatus } from "../../api/schema";
import { useLanguage, useWords } from "../../i18n/language";
import { StateMark } from "../../ui/StateMark";
import { shown } from "../../util/state";
import { moment, span, useNow } from "../../util/time";
import classes from "./Status.module.css";

/** How the link is right now, and when not well, why and what to do. */
export function Status({ connection }: { connection: Connection }) {
  const words = useWords();
  const state = shown(connection);
  const { status } = connection;
  const error = status?.error;
  return (
    <section className={classes.status} data-state={state} aria-live="polite">
      <p className={classes.line}>
        <StateMark state={state} />
        {status && <Since at={status.timestamp} />}
        {status && !status.connected && status.state !== "idle" && <Attempt status={status} />}
      </p>
      {error ? (
        <>
          <p className={classes.reason}>{error.message}</p>
          <p className={classes.raw}>
            <code>{error.code}</code>
            <span>{words.stages[error.stage]}</span>
            {error.address && (
              <code>
                {error.address}
                {error.port !== undefined && `:${error.port}`}
              </code>
            )}
          </p>
          <Hint code={error.code} />
        </>
      ) : (
        <p className={classes.means}>{words.stateMeans[state]}</p>
      )}
    </section>
  );
}

function Since({ at }: { at: number }) {
  const words = useWords();
  const language = useLanguage();
  return <time title={moment(at, language)}>{words.fleet.sinceWhen(span(useNow() - at))}</time>;
}

function Attempt({ status }: { status: ConnectionStatus }) {
  const words = useWords();
  const now = useNow();
  const left = (status.nextAttempt ?? 0) - now;
  return (
    <span>
      {status.attempt !== undefined && `${words.connection.attempt(status.attempt)} · `}
      {status.nextAttempt && left > 0 ? words.connection.nextIn(span(left)) : words.connection.trying}
    </span>
  );
}

function Hint({ code }: { code: string }) {
  const words = useWords();
  const hint = words.hints[code];
  if (!hint) return null;
  return (
    <p className={classes.hint}>
      <strong>{words.connection.whatToDo}</strong> {hint}
    </p>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { advice } from "../../api/connections";
import { useProfile } from "../../api/session";
import type { Connection, ConnectionStatus, LinkStage } from "../../api/schema";
import { useLanguage, useWords } from "../../i18n/language";
import { Advice } from "../../ui/Advice";
import { StateMark } from "../../ui/StateMark";
import { hint, isSaid, isTlsOff } from "../../util/hint";
import { isIssuerUnknown } from "../../util/issuer";
import { may } from "../../util/may";
import { shown } from "../../util/state";
import { moment, span, useNow, useSpanSince } from "../../util/time";
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
        {/* Said when the state changes, and not again every second. */}
        <span className={classes.line} aria-live="off">
          {status && <Since at={status.timestamp} isKnown={status.sinceKnown} />}
          {status && !status.connected && status.state !== "idle" && <Attempt status={status} />}
        </span>
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
          <WhatToDo id={connection.id} code={error.code} stage={error.stage} stamp={status.timestamp} />
        </>
      ) : (
        <>
          <p className={classes.means}>{words.stateMeans[state]}</p>
          {state === "online" && <Sys connection={connection} />}
          {(state === "online" || state === "unreadable") && (
            <WhatToDo id={connection.id} stamp={status?.timestamp ?? 0} isWell={state === "online"} />
          )}
        </>
      )}
    </section>
  );
}

function Since({ at, isKnown = true }: { at: number; isKnown: boolean | undefined }) {
  const words = useWords();
  const language = useLanguage();
  const age = useSpanSince(at);
  const when = moment(at, language);
  return (
    <time title={isKnown ? when : words.fleet.orBefore(when)}>
      {isKnown ? words.fleet.sinceWhen(age) : words.fleet.sinceAtLeast(age)}
    </time>
  );
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

/** What came of asking the broker about itself, where it does not let us: the link is well without. */
function Sys({ connection: { id, broker } }: { connection: Connection }) {
  const words = useWords();
  const profile = useProfile();
  if (broker?.sys !== "endsSession" && broker?.sys !== "denied") return null;
  const { what, how } = words.connection.sys[broker.sys];
  return (
    <div className={classes.hint}>
      <p>{what}</p>
      {may(profile, "changeConnections") && (
        <p>
          {how}{" "}
          <Link to="/connections/$connectionId/edit" params={{ connectionId: id }}>
            {words.connection.sysSwitch}
          </Link>
        </p>
      )}
    </div>
  );
}

/** That what is set for this connection is not used: it says so before what comes of that. */
function TlsOff() {
  const words = useWords();
  const profile = useProfile();
  const { what, how, ask } = words.connection.tlsOff;
  return (
    <div className={classes.hint}>
      <p>{what}</p>
      <p>
        {may(profile, "switchPlugins") ? (
          <>
            {how} <Link to="/settings">{words.nav.settings}</Link>
          </>
        ) : (
          ask
        )}
      </p>
    </div>
  );
}

type WhatToDoProps = { id: string; code?: string; stage?: LinkStage; stamp: number; isWell?: boolean };

/** A word in the user's language, and what the server has found out about this very link. */
function WhatToDo({ id, code, stage, stamp, isWell = false }: WhatToDoProps) {
  const words = useWords();
  const { data: told } = useQuery(advice(id, code, stamp));
  const ours = code && hint(words.hints, code, stage);
  // What to do about an authority nobody knows stands beside its fingerprint, below.
  const isTold = told && told.code === code && !isIssuerUnknown(code);
  const isOff = told?.code === code && told?.advice.some(isTlsOff) === true;
  const sentences = (isTold ? told.advice : []).filter((sentence) => !isSaid(sentence, isWell));
  // Without the settings, what is missing is the settings.
  const hints = isOff ? undefined : ours;
  return (
    <>
      {isOff && <TlsOff />}
      {(hints || sentences.length > 0) && (
        <div className={classes.hint}>
          <strong>{isWell ? words.connection.better : words.connection.whatToDo}</strong>
          {hints}
          <Advice sentences={sentences} />
        </div>
      )}
    </>
  );
}

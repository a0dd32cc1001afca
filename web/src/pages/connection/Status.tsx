import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { adviceQuery } from "../../api/connections";
import type { Connection, ConnectionStatus, LinkStage } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { useNow } from "../../hooks/use-now";
import { useMessages } from "../../i18n/language";
import { displayState } from "../../model/display-state";
import { findHint, isRedundantAdvice, isTlsPluginAdvice } from "../../model/hint";
import { isIssuerUnknown } from "../../model/issuer";
import { linkTo } from "../../model/paths";
import { AdviceList } from "../../ui/AdviceList";
import { formatDuration } from "../../util/format-time";
import classes from "./Status.module.css";

/** The state of the link; in a failure, its cause and what to do. */
export function Status({ connection }: { connection: Connection }) {
  const t = useMessages();
  const state = displayState(connection);
  const { status } = connection;
  const error = status?.error;
  return (
    <section className={classes.status} data-state={state} aria-live="polite">
      {error ? (
        <>
          <p className={classes.reason}>{error.message}</p>
          <p className={classes.raw}>
            <code>{error.code}</code>
            <span>{t.stages[error.stage]}</span>
            {error.address && (
              <code>
                {error.address}
                {error.port !== undefined && `:${error.port}`}
              </code>
            )}
            {/* Screen readers announce a new state, not every second. */}
            <span aria-live="off">{status.state !== "idle" && <Attempt status={status} />}</span>
          </p>
          <NextSteps id={connection.id} code={error.code} stage={error.stage} changedAt={status.timestamp} />
        </>
      ) : (
        <>
          <p className={classes.means}>
            {t.stateDescriptions[state]}{" "}
            <span aria-live="off">
              {state === "connecting" && status?.attempt !== undefined && <Attempt status={status} />}
            </span>
          </p>
          {state === "online" && <SysAdvice connection={connection} />}
          {(state === "online" || state === "unreadable") && (
            <NextSteps id={connection.id} changedAt={status?.timestamp ?? 0} isOnline={state === "online"} />
          )}
        </>
      )}
    </section>
  );
}

function Attempt({ status }: { status: ConnectionStatus }) {
  const t = useMessages();
  const now = useNow();
  const left = (status.nextAttempt ?? 0) - now;
  return (
    <span>
      {status.attempt !== undefined && `${t.connection.attempt(status.attempt)} · `}
      {status.nextAttempt && left > 0 ? t.connection.nextIn(formatDuration(left)) : t.connection.trying}
    </span>
  );
}

/** Advice for a broker that refuses `$SYS`, while the link itself works. */
function SysAdvice({ connection: { id, broker } }: { connection: Connection }) {
  const t = useMessages();
  const profile = useProfile();
  if (broker?.sys !== "endsSession" && broker?.sys !== "denied") return null;
  const { what, how } = t.connection.sys[broker.sys];
  return (
    <div className={classes.hint}>
      <p>{what}</p>
      {hasPermission(profile, "connections.update") && (
        <p>
          {how} <Link {...linkTo.editConnection(id)}>{t.connection.sysSwitch}</Link>
        </p>
      )}
    </div>
  );
}

/** Says that the connection's TLS settings are not used. It precedes the resulting failures. */
function TlsPluginOff() {
  const t = useMessages();
  const profile = useProfile();
  const { what, how, ask } = t.connection.tlsOff;
  return (
    <div className={classes.hint}>
      <p>{what}</p>
      <p>
        {hasPermission(profile, "plugins.switch") ? (
          <>
            {how} <Link {...linkTo.plugins()}>{t.settings.title}</Link>
          </>
        ) : (
          ask
        )}
      </p>
    </div>
  );
}

type NextStepsProps = { id: string; code?: string; stage?: LinkStage; changedAt: number; isOnline?: boolean };

/** A hint in the user's language and the server's advice on this link. */
function NextSteps({ id, code, stage, changedAt, isOnline = false }: NextStepsProps) {
  const t = useMessages();
  const { data: response } = useQuery(adviceQuery(id, code, changedAt));
  const ours = code && findHint(t.hints, code, stage);
  // Advice on an unknown CA is next to its fingerprint, with the certificates.
  const isCurrent = response && response.code === code && !isIssuerUnknown(code);
  const isPluginOff = response?.code === code && response?.advice.some(isTlsPluginAdvice) === true;
  const sentences = (isCurrent ? response.advice : []).filter((sentence) => !isRedundantAdvice(sentence, isOnline));
  // While the TLS settings are not used, hints on the failure would mislead.
  const hints = isPluginOff ? undefined : ours;
  return (
    <>
      {isPluginOff && <TlsPluginOff />}
      {(hints || sentences.length > 0) && (
        <div className={classes.hint}>
          <strong>{isOnline ? t.connection.improvements : t.connection.nextSteps}</strong>
          {hints} {isIssuerUnknown(code) && <Link {...linkTo.connectionCertificates(id)}>{t.certificates.review}</Link>}
          <AdviceList sentences={sentences} />
        </div>
      )}
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { adviceQuery, historyQuery } from "../../api/connections";
import type { Connection, ConnectionError, ConnectionStatus } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { LocalTime } from "../../components/LocalTime";
import { useNow } from "../../hooks/use-now";
import { useAdvice } from "../../i18n/advice";
import { usePageMessages } from "../../i18n/page-messages";
import { useSentences } from "../../i18n/sentences";
import { isRedundantAdvice, isTlsPluginAdvice } from "../../model/advice";
import { displayState } from "../../model/display-state";
import { onlineUntil } from "../../model/history";
import { isIssuerUnknown } from "../../model/issuer";
import { linkTo } from "../../model/paths";
import { AdviceList } from "../../ui/AdviceList";
import { formatDuration } from "../../util/format-time";
import classes from "./Status.module.css";

/** The state of the link; in a failure, its cause and what to do. */
export function Status({ connection }: { connection: Connection }) {
  const t = usePageMessages();
  const state = displayState(connection);
  const { status } = connection;
  const error = status?.error;
  const { data: history } = useQuery({ ...historyQuery(connection), enabled: error !== undefined });
  const wasOnlineUntil = onlineUntil(history ?? []);
  const isUp = state === "online";
  return (
    <section className={classes.status} data-state={state}>
      {error ? (
        <>
          {wasOnlineUntil !== undefined && (
            <p className={classes.means}>
              <LocalTime time={wasOnlineUntil} format={t.connection.wasConnectedUntil} />
            </p>
          )}
          <Reason error={error} />
          <p className={classes.raw}>
            <code>{error.code}</code>
            <span>{t.stages[error.stage]}</span>
            {error.address && (
              <code>
                {error.address}
                {error.port !== undefined && `:${error.port}`}
              </code>
            )}
            {status.state !== "idle" && <Attempt status={status} />}
          </p>
          <NextSteps
            id={connection.id}
            code={error.code}
            changedAt={status.timestamp}
            link={{ isOnline: false, wasOnline: wasOnlineUntil !== undefined }}
          />
        </>
      ) : (
        <>
          <p className={classes.means}>
            {t.stateDescriptions[state]}{" "}
            {state === "connecting" && status?.attempt !== undefined && <Attempt status={status} />}
          </p>
          {isUp && <SysAdvice connection={connection} />}
          {(isUp || state === "unreadable") && (
            <NextSteps
              id={connection.id}
              changedAt={status?.timestamp ?? 0}
              link={{ isOnline: isUp, wasOnline: isUp }}
            />
          )}
        </>
      )}
    </section>
  );
}

function Reason({ error }: { error: ConnectionError }) {
  const { text, lang } = useSentences().failure(error);
  return (
    <p className={classes.reason} lang={lang}>
      {text}
    </p>
  );
}

function Attempt({ status }: { status: ConnectionStatus }) {
  const t = usePageMessages();
  const now = useNow();
  const left = (status.nextAttempt ?? 0) - now;
  return (
    <span>
      {status.attempt !== undefined && `${t.connection.attempt(status.attempt)} · `}
      {status.nextAttempt && left > 0 ? t.connection.nextIn(formatDuration(left)) : t.offline.trying}
    </span>
  );
}

/** Advice for a broker that refuses `$SYS`, while the link itself works. */
function SysAdvice({ connection: { id, broker } }: { connection: Connection }) {
  const t = usePageMessages();
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
  const t = usePageMessages();
  const profile = useProfile();
  const { what, how, ask } = t.connection.tlsOff;
  return (
    <div className={classes.hint}>
      <p>{what}</p>
      <p>
        {hasPermission(profile, "plugins.switch") ? (
          <>
            {how} <Link {...linkTo.plugins()}>{t.nav.plugins}</Link>
          </>
        ) : (
          ask
        )}
      </p>
    </div>
  );
}

interface NextStepsProps {
  id: string;
  code?: string;
  changedAt: number;
  link: { isOnline: boolean; wasOnline: boolean };
}

/** The server's advice on this link. */
function NextSteps({ id, code, changedAt, link }: NextStepsProps) {
  const t = usePageMessages();
  const toAdvice = useAdvice();
  const { data: response } = useQuery(adviceQuery(id, code, changedAt));
  if (!response || response.code !== code) return null;
  const all = toAdvice(response);
  const isPluginOff = all.some(isTlsPluginAdvice);
  // Advice on an unknown CA is next to its fingerprint, with the certificates.
  const needsReview = isIssuerUnknown(code);
  const lines = needsReview ? [] : all.filter((line) => !isRedundantAdvice(line, link));
  return (
    <>
      {isPluginOff && <TlsPluginOff />}
      {((needsReview && !isPluginOff) || lines.length > 0) && (
        <div className={classes.hint}>
          <strong>{link.isOnline ? t.connection.improvements : t.connection.nextSteps}</strong>
          {needsReview && <Link {...linkTo.connectionCertificates(id)}>{t.certificates.review}</Link>}
          <AdviceList lines={lines} />
        </div>
      )}
    </>
  );
}

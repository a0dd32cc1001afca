import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { historyQuery } from "../../api/connections";
import type { Connection, StatusChange } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { Failure } from "../../components/Failure";
import { LocalTime } from "../../components/LocalTime";
import { NotLoaded } from "../../components/NotLoaded";
import { usePageMessages } from "../../i18n/page-messages";
import { historyState } from "../../model/display-state";
import { linkTo } from "../../model/paths";
import { Card } from "../../ui/Card";
import { StateIcon } from "../../ui/StateBadge";
import { Availability } from "./Availability";
import classes from "./History.module.css";
import { Timeline } from "./Timeline";

/** The status changes of a link, newest first. */
export function History({ connection }: { connection: Connection }) {
  const t = usePageMessages();
  const { activity } = usePageMessages();
  const profile = useProfile();
  const query = historyQuery(connection);
  const { data: changes, failureReason } = useQuery(query);
  if (!changes) return <NotLoaded failure={failureReason} queryKey={query.queryKey} />;
  return (
    <div className={classes.history}>
      <Card title={t.connection.history}>
        {changes.length === 0 ? (
          <p className={classes.none}>{t.connection.noHistory}</p>
        ) : (
          <>
            <Timeline changes={changes} />
            <Availability changes={changes} />
            {/* Focusable, so that the keyboard can scroll it. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <ol className={classes.list} tabIndex={0} aria-label={t.timeline.changes}>
              {changes.map((change) => (
                <Change key={`${change.timestamp} ${change.state}`} change={change} />
              ))}
            </ol>
          </>
        )}
        {hasPermission(profile, "audit.list") && (
          <p className={classes.byUsers}>
            <Link {...linkTo.activity({ kind: "connections", connection: connection.id, period: "all" })}>
              {activity.ofConnection}
            </Link>
            {" · "}
            <Link {...linkTo.audit({ objectKind: "connection", object: connection.id })}>{t.audit.ofConnection}</Link>
          </p>
        )}
      </Card>
    </div>
  );
}

function Change({ change }: { change: StatusChange }) {
  const t = usePageMessages();
  const state = historyState(change);
  return (
    <li>
      <StateIcon state={state} />
      <span className={classes.word}>{t.states[state]}</span>
      <span className={classes.reason}>
        {change.error && <Failure error={change.error} />}
        {state === "unobserved" && t.connection.notRunning}
      </span>
      <LocalTime time={change.timestamp} {...(change.sinceKnown === false && { format: t.fleet.orBefore })} />
    </li>
  );
}

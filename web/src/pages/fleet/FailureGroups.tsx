import { UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Connection } from "../../api/schema";
import { Since } from "../../components/Since";
import { useMessages } from "../../i18n/language";
import type { FailureGroup } from "../../model/failure-groups";
import { linkTo } from "../../model/paths";
import { StateIcon } from "../../ui/StateBadge";
import classes from "./FailureGroups.module.css";

/** The most brokers to name per group. */
const MAX_NAMES = 4;

/** Failures by code: a thousand brokers behind one dead router are one line. */
export function FailureGroups({ groups, onCode }: { groups: readonly FailureGroup[]; onCode: (code: string) => void }) {
  const t = useMessages();
  if (groups.length === 0) return null;
  return (
    <section aria-labelledby="wrong">
      <h2 id="wrong" className={classes.title}>
        {t.fleet.failuresTitle}
      </h2>
      <ul className={classes.list}>
        {groups.map((group) => (
          <li key={group.code} className={classes.group}>
            <GroupDetails group={group} onCode={onCode} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function GroupDetails({ group, onCode }: { group: FailureGroup; onCode: (code: string) => void }) {
  const t = useMessages();
  const { code, connections } = group;
  const many = connections.length > 1;
  return (
    <>
      <StateIcon state="down" />
      <div>
        <p className={classes.message}>{group.message}</p>
        <p className={classes.details}>
          <code>{code}</code>
          {many && <span>{t.fleet.brokers(connections.length)}</span>}
          <Since time={group.since} isKnown={group.isSinceKnown} />
        </p>
      </div>
      <ul className={classes.names}>
        {connections.slice(0, MAX_NAMES).map((connection) => (
          <li key={connection.id}>
            <ConnectionLink connection={connection} />
          </li>
        ))}
        {connections.length > MAX_NAMES && (
          <li>
            <UnstyledButton className={classes.more} onClick={() => onCode(code)}>
              {t.fleet.andMore(connections.length - MAX_NAMES)}
            </UnstyledButton>
          </li>
        )}
      </ul>
    </>
  );
}

function ConnectionLink({ connection }: { connection: Connection }) {
  return (
    <Link {...linkTo.connection(connection.id)} className={classes.name}>
      {connection.name}
    </Link>
  );
}

import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconUser } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { memo, useState } from "react";

import { Failure } from "../../components/Failure";
import { LocalTime } from "../../components/LocalTime";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import type { ActivityGroup, AuditEntry, StatusEntry } from "../../model/activity-groups";
import { auditDetail } from "../../model/audit-detail";
import { SYSTEM } from "../../model/audit-sentence";
import { historyState } from "../../model/display-state";
import { linkTo } from "../../model/paths";
import { StateIcon } from "../../ui/StateBadge";
import classes from "./ActivityList.module.css";

/** Changes, newest first, a line per group. */
export const ActivityList = memo(function ActivityList({ groups }: { groups: readonly ActivityGroup[] }) {
  const { activity } = usePageMessages();
  return (
    <ol className={classes.list} aria-label={activity.list}>
      {groups.map((group) => (
        <li key={keyOf(group)}>
          {group.type === "audit" ? (
            <AuditLine entry={group.entry} />
          ) : group.entries.length === 1 ? (
            <StatusLine entry={group.entries[0]} />
          ) : (
            <StatusGroup entries={group.entries} />
          )}
        </li>
      ))}
    </ol>
  );
});

/** A group keeps its key, and stays open, while newer entries join it. */
function keyOf(group: ActivityGroup): string {
  if (group.type === "status") {
    const { timestamp, connection } = group.entries.at(-1) ?? group.entries[0];
    return `${timestamp} ${connection}`;
  }
  const { timestamp, user, action, object } = group.entry;
  return [timestamp, user, action, object].join(" ");
}

interface LineProps {
  icon: ReactNode;
  timestamp: number;
  isKnown?: boolean | undefined;
  what: ReactNode;
  details: ReactNode;
}

function Line({ icon, timestamp, isKnown = true, what, details }: LineProps) {
  const t = usePageMessages();
  return (
    <div className={classes.line}>
      {icon}
      <div className={classes.what}>{what}</div>
      <div className={classes.details}>{details}</div>
      <LocalTime time={timestamp} {...(!isKnown && { format: t.fleet.orBefore })} />
    </div>
  );
}

function StatusLine({ entry }: { entry: StatusEntry }) {
  const t = usePageMessages();
  const state = historyState(entry);
  return (
    <Line
      icon={<StateIcon state={state} />}
      timestamp={entry.timestamp}
      isKnown={entry.sinceKnown}
      what={
        <>
          <ConnectionName id={entry.connection} name={entry.name} /> {t.states[state]}
        </>
      }
      details={entry.error && <Failure error={entry.error} />}
    />
  );
}

function StatusGroup({ entries }: { entries: readonly [StatusEntry, ...StatusEntry[]] }) {
  const t = usePageMessages();
  const { activity } = usePageMessages();
  const [isOpen, setOpen] = useState(false);
  const [latest] = entries;
  const state = historyState(latest);
  const brokers = new Set(entries.map(({ connection }) => connection)).size;
  return (
    <>
      <Line
        icon={<StateIcon state={state} />}
        timestamp={latest.timestamp}
        isKnown={latest.sinceKnown}
        what={
          <UnstyledButton className={classes.open} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
            <strong>{activity.brokers(brokers)}</strong> {t.states[state]}
          </UnstyledButton>
        }
        details={latest.error && <Failure error={latest.error} />}
      />
      {isOpen && (
        <ol className={classes.inner}>
          {entries.map((entry) => (
            <li key={`${entry.timestamp} ${entry.connection}`}>
              <StatusLine entry={entry} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function AuditLine({ entry }: { entry: AuditEntry }) {
  const t = usePageMessages();
  const { activity } = t;
  const language = useLanguage();
  const { action, object, name, user, address, outcome, detail, times, timestamp } = entry;
  return (
    <Line
      icon={<IconUser size={16} aria-hidden />}
      timestamp={timestamp}
      what={
        <>
          {object !== undefined && name !== undefined ? (
            <ConnectionName id={object} name={name} />
          ) : (
            object !== undefined && <strong>{object}</strong>
          )}{" "}
          {activity.actions[action] ?? action}
          {outcome === "denied" && <span className={classes.denied}>{activity.denied}</span>}
        </>
      }
      details={[
        user === SYSTEM ? activity.bySystem : activity.by(user),
        address,
        detail && auditDetail(detail, t, language),
        times && activity.times(times),
      ]
        .filter(Boolean)
        .join(" · ")}
    />
  );
}

function ConnectionName({ id, name }: { id: string; name: string }) {
  return (
    <Link {...linkTo.connection(id)} className={classes.name}>
      {name}
    </Link>
  );
}

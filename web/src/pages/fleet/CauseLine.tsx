import { UnstyledButton } from "@mantine/core";
import { IconCertificate } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Connection } from "../../api/schema";
import { Since } from "../../components/Since";
import { useElapsed } from "../../hooks/use-now";
import { useMessages } from "../../i18n/language";
import type { Failures } from "../../model/failure-groups";
import { linkTo } from "../../model/paths";
import { StateIcon } from "../../ui/StateBadge";
import classes from "./Causes.module.css";

/** A cause with at most this many connections names them. */
const MAX_NAMES = 2;

interface Props {
  icon: "down" | "unreadable" | "expiring";
  connections: readonly Connection[];
  text: ReactNode;
  details: ReactNode;
  onShow: () => void;
}

/** A cause on one line: how many connections, what, since when, and the way to them. */
export function CauseLine({ icon, connections, text, details, onShow }: Props) {
  const t = useMessages();
  const n = connections.length;
  return (
    <div className={classes.line}>
      {icon === "expiring" ? (
        <IconCertificate className={classes.expiring} size={16} aria-hidden />
      ) : (
        <StateIcon state={icon} />
      )}
      <strong className={classes.count} title={t.fleet.brokers(n)}>
        {n}
      </strong>
      <div className={classes.message}>
        {typeof text === "string" ? (
          <span className={classes.text} title={text}>
            {text}
          </span>
        ) : (
          text
        )}
      </div>
      <span className={classes.details}>{details}</span>
      <span className={classes.who}>
        {n <= MAX_NAMES ? (
          connections.map(({ id, name }) => (
            <Link key={id} {...linkTo.connection(id)} className={classes.name}>
              {name}
            </Link>
          ))
        ) : (
          <UnstyledButton className={classes.more} onClick={onShow}>
            {t.fleet.showBrokers(n)}
          </UnstyledButton>
        )}
      </span>
    </div>
  );
}

/** How many of the failures are new, since when the first of them lasts, and how old the latest is. */
export function FailureDetails({ failures, code }: { failures: Failures; code?: string | undefined }) {
  const t = useMessages();
  const { connections, fresh, since, isSinceKnown, latest } = failures;
  const ages = [useElapsed(since), useElapsed(latest)] as const;
  return (
    <>
      {fresh > 0 && (
        <strong className={classes.fresh}>
          {fresh < connections.length ? t.fleet.fresh(fresh) : t.fleet.allFresh}
        </strong>
      )}
      {code && <code title={code}>{code}</code>}
      {since > 0 && <Since time={since} isKnown={isSinceKnown} />}
      {ages[0] !== ages[1] && <span>{t.fleet.latest(ages[1])}</span>}
    </>
  );
}

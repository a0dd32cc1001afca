import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { memo, useLayoutEffect, useRef, useState } from "react";

import type { ConnectionError } from "../../api/schema";
import type { CoreMessages } from "../../i18n/en-core";
import { useLanguage, useMessages } from "../../i18n/language";
import { useSentences } from "../../i18n/sentences";
import type { ExpiringCertificates } from "../../model/certificate-expiry";
import type { FailureGroup } from "../../model/failure-groups";
import type { FleetSearch } from "../../model/fleet-search";
import { formatRelative } from "../../util/format-time";
import { CauseLine, FailureDetails } from "./CauseLine";
import classes from "./Causes.module.css";

/** The most causes, and addresses per cause, to list at first. */
const MAX_LINES = 5;

interface Props {
  groups: readonly FailureGroup[];
  expiring: ExpiringCertificates | undefined;
  /** In milliseconds since 1970. */
  now: number;
  /** Whether the list shows only a part of the fleet: then the causes take a single line. */
  isFiltered: boolean;
  onFilter: (filter: FleetSearch) => void;
}

/**
 * What is wrong, a line per cause: failures, the latest first, then certificates that expire soon. A thousand brokers
 * behind one dead router are one line.
 */
export const Causes = memo(function Causes({ groups, expiring, now, isFiltered, onFilter }: Props) {
  const t = useMessages();
  const [showsAll, setShowsAll] = useState(false);
  const firstHidden = useRef<HTMLLIElement>(null);
  // The button that had the focus is gone.
  useLayoutEffect(() => {
    if (showsAll) firstHidden.current?.focus();
  }, [showsAll]);
  const causes = groups.map((group) => ({
    key: group.key,
    line: <FailureCause group={group} onFilter={onFilter} />,
  }));
  if (expiring) {
    const line = <ExpiringCause expiring={expiring} now={now} onShow={() => onFilter({ cert: "expiring" })} />;
    causes.push({ key: "expiring", line });
  }
  if (causes.length === 0) return null;
  const shown = showsAll ? causes : causes.slice(0, MAX_LINES);
  const hidden = causes.length - shown.length;
  return (
    <section aria-labelledby="wrong" className={classes.section}>
      <h2 id="wrong" tabIndex={-1} className={classes.title}>
        {t.fleet.failuresTitle}
      </h2>
      {isFiltered ? (
        <p className={classes.folded}>
          {t.fleet.causes(causes.length)}{" "}
          <UnstyledButton className={classes.more} onClick={() => onFilter({})}>
            {t.fleet.showCauses}
          </UnstyledButton>
        </p>
      ) : (
        <ul className={classes.list} data-failing={groups.length > 0 || undefined}>
          {shown.map(({ key, line }, index) => (
            <li key={key} {...(index === MAX_LINES && { ref: firstHidden, tabIndex: -1 })}>
              {line}
            </li>
          ))}
          {hidden > 0 && (
            <li className={classes.rest}>
              <UnstyledButton className={classes.more} onClick={() => setShowsAll(true)}>
                {t.fleet.moreCauses(hidden)}
              </UnstyledButton>
            </li>
          )}
        </ul>
      )}
    </section>
  );
});

function FailureCause({ group, onFilter }: { group: FailureGroup; onFilter: (filter: FleetSearch) => void }) {
  const t = useMessages();
  const [isOpen, setOpen] = useState(false);
  const { code, isPluginOff, sharesCode, connections, error, targets } = group;
  const filter: FleetSearch =
    code === undefined ? { state: "unreadable" } : { code, ...(sharesCode && { pluginOff: isPluginOff }) };
  const line = (text: ReactNode) => (
    <CauseLine
      icon={code === undefined ? "unreadable" : "down"}
      connections={connections}
      text={text}
      details={<FailureDetails failures={group} code={code} />}
      onShow={() => onFilter(filter)}
    />
  );
  if (code === undefined) return line(t.stateDescriptions.unreadable);
  const [only] = targets;
  if (targets.length === 1 && only) {
    const sharesIssuer = error?.issuer !== undefined && connections.length > 1;
    return line(sharesIssuer ? `${sharedFailure(t, code, isPluginOff)} · ${only.target}` : <Reason error={error} />);
  }
  return (
    <>
      {line(
        <UnstyledButton className={classes.open} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          <span className={classes.text}>{`${sharedFailure(t, code, isPluginOff)} · ${targetCount(t, group)}`}</span>
        </UnstyledButton>,
      )}
      {isOpen && (
        <ul className={classes.targets}>
          {targets.slice(0, MAX_LINES).map((failures) => (
            <li key={failures.target}>
              <CauseLine
                icon="down"
                connections={failures.connections}
                text={failures.error?.issuer ?? <Reason error={failures.error} />}
                details={<FailureDetails failures={failures} />}
                onShow={() => onFilter({ ...filter, q: failures.target })}
              />
            </li>
          ))}
          {targets.length > MAX_LINES && (
            <li className={classes.rest}>
              <UnstyledButton className={classes.more} onClick={() => onFilter(filter)}>
                {t.fleet.andMore(targets.length - MAX_LINES)}
              </UnstyledButton>
            </li>
          )}
        </ul>
      )}
    </>
  );
}

function Reason({ error }: { error: ConnectionError | undefined }) {
  const sentences = useSentences();
  if (!error) return null;
  const { text, lang } = sentences.failure(error);
  return (
    <span className={classes.text} title={text} lang={lang}>
      {text}
    </span>
  );
}

/** What several brokers have in common, without naming one of them: `brokers refuse the connection`. */
function sharedFailure({ fleet }: CoreMessages, code: string, isPluginOff: boolean): string {
  if (isPluginOff) return fleet.sharedPluginOff;
  return fleet.sharedFailures[code] ?? fleet.sharedFailure(code);
}

/** `2 addresses` or `2 issuers`. */
function targetCount({ fleet }: CoreMessages, { error, targets }: FailureGroup): string {
  return error?.issuer === undefined ? fleet.addresses(targets.length) : fleet.issuers(targets.length);
}

interface ExpiringProps {
  expiring: ExpiringCertificates;
  now: number;
  onShow: () => void;
}

/** Names the owners of the certificates that expire. */
function expiringText({ fleet }: CoreMessages, { connections: { length }, byOwner }: ExpiringCertificates): string {
  const { broker, client } = byOwner;
  if (broker === 0) return fleet.expiring.client(length);
  return client === 0 ? fleet.expiring.broker(length) : fleet.expiring.both(length, broker, client);
}

function ExpiringCause({ expiring, now, onShow }: ExpiringProps) {
  const t = useMessages();
  const language = useLanguage();
  const { connections, first } = expiring;
  const when = formatRelative(first, now, language);
  return (
    <CauseLine
      icon="expiring"
      connections={connections}
      text={expiringText(t, expiring)}
      details={<span>{connections.length === 1 ? when : t.fleet.firstExpiry(when)}</span>}
      onShow={onShow}
    />
  );
}

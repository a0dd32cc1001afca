import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { memo, useState } from "react";

import { Since } from "../../components/Since";
import type { Messages } from "../../i18n/en";
import { useMessages } from "../../i18n/language";
import { useSentences } from "../../i18n/sentences";
import type { FailureGroup, FailureTarget } from "../../model/failure-groups";
import type { FleetSearch } from "../../model/fleet-search";
import { linkTo } from "../../model/paths";
import { StateIcon } from "../../ui/StateBadge";
import classes from "./FailureGroups.module.css";

/** The most causes, and addresses per cause, to list at first. */
const MAX_LINES = 5;

/** A cause with at most this many connections names them. */
const MAX_NAMES = 2;

interface Props {
  groups: readonly FailureGroup[];
  /** Whether the list shows only a part of the fleet: then the causes take a single line. */
  isFiltered: boolean;
  onFilter: (filter: FleetSearch) => void;
}

/** Failures by cause, a line each, the latest first: a thousand brokers behind one dead router are one line. */
export const FailureGroups = memo(function FailureGroups({ groups, isFiltered, onFilter }: Props) {
  const t = useMessages();
  const [showsAll, setShowsAll] = useState(false);
  if (groups.length === 0) return null;
  const shown = showsAll ? groups : groups.slice(0, MAX_LINES);
  const hidden = groups.length - shown.length;
  return (
    <section aria-labelledby="wrong" className={classes.section}>
      <h2 id="wrong" className={classes.title}>
        {t.fleet.failuresTitle}
      </h2>
      {isFiltered ? (
        <p className={classes.folded}>
          {t.fleet.causes(groups.length)}{" "}
          <UnstyledButton className={classes.more} onClick={() => onFilter({})}>
            {t.fleet.showCauses}
          </UnstyledButton>
        </p>
      ) : (
        <ul className={classes.list}>
          {shown.map((group) => (
            <li key={group.code ?? ""}>
              <Group group={group} onFilter={onFilter} />
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

function Group({ group, onFilter }: { group: FailureGroup; onFilter: (filter: FleetSearch) => void }) {
  const t = useMessages();
  const [isOpen, setOpen] = useState(false);
  const { code, targets } = group;
  const filter: FleetSearch = code === undefined ? { state: "unreadable" } : { code };
  const [only] = targets;
  if (code === undefined) {
    return <Line failures={group} text={t.stateDescriptions.unreadable} onShow={() => onFilter(filter)} />;
  }
  if (targets.length === 1 && only) {
    return <Line failures={only} code={code} text={<Reason failures={only} />} onShow={() => onFilter(filter)} />;
  }
  return (
    <>
      <Line
        failures={group}
        code={code}
        text={
          <UnstyledButton className={classes.open} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
            <span className={classes.text}>{sharedFailure(t, group, code)}</span>
          </UnstyledButton>
        }
        onShow={() => onFilter(filter)}
      />
      {isOpen && (
        <ul className={classes.targets}>
          {targets.slice(0, MAX_LINES).map((target) => (
            <li key={target.target}>
              <Line
                failures={target}
                text={<Reason failures={target} />}
                onShow={() => onFilter({ ...filter, q: target.target })}
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

/** A failure at several addresses, without naming one of them: `36 brokers refuse the connection · 2 addresses`. */
function sharedFailure({ fleet }: Messages, { connections, targets }: FailureGroup, code: string): string {
  const n = connections.length;
  const what = fleet.sharedFailures[code]?.(n) ?? fleet.sharedFailure(n, code);
  return `${what} · ${fleet.addresses(targets.length)}`;
}

function Reason({ failures: { error } }: { failures: FailureTarget }) {
  const sentences = useSentences();
  if (!error) return null;
  const { text, lang } = sentences.failure(error);
  return (
    <span className={classes.text} title={text} lang={lang}>
      {text}
    </span>
  );
}

interface LineProps {
  failures: FailureGroup | FailureTarget;
  code?: string;
  text: ReactNode;
  onShow: () => void;
}

function Line({ failures: { connections, fresh, since, isSinceKnown }, code, text, onShow }: LineProps) {
  const t = useMessages();
  const n = connections.length;
  return (
    <div className={classes.line}>
      <StateIcon state={code === undefined && since === 0 ? "unreadable" : "down"} />
      <div className={classes.message}>
        {typeof text === "string" ? (
          <span className={classes.text} title={text}>
            {text}
          </span>
        ) : (
          text
        )}
      </div>
      <span className={classes.details}>
        {fresh > 0 && <strong className={classes.fresh}>{fresh < n ? t.fleet.fresh(fresh) : t.fleet.allFresh}</strong>}
        {code && <code>{code}</code>}
        {since > 0 && <Since time={since} isKnown={isSinceKnown} />}
      </span>
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

import { Link } from "@tanstack/react-router";
import { UnstyledButton } from "@mantine/core";

import type { Connection } from "../../api/schema";
import { useWords } from "../../i18n/language";
import { StateShape } from "../../ui/StateMark";
import type { Trouble } from "../../util/select";
import { useSpanSince } from "../../util/time";
import classes from "./Troubles.module.css";

/** This many brokers with the same trouble are named. */
const NAMED = 4;

/** What is wrong, by cause: a thousand brokers behind one dead router are one line, not a thousand. */
export function Troubles({ troubles, onCode }: { troubles: readonly Trouble[]; onCode: (code: string) => void }) {
  const words = useWords();
  if (troubles.length === 0) return null;
  return (
    <section aria-labelledby="wrong">
      <h2 id="wrong" className={classes.title}>
        {words.fleet.wrongTitle}
      </h2>
      <ul className={classes.list}>
        {troubles.map((trouble) => (
          <li key={trouble.code} className={classes.trouble}>
            <Named trouble={trouble} onCode={onCode} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Named({ trouble, onCode }: { trouble: Trouble; onCode: (code: string) => void }) {
  const words = useWords();
  const { code, connections } = trouble;
  const many = connections.length > 1;
  return (
    <>
      <StateShape state="down" />
      <div>
        <p className={classes.message}>{trouble.message}</p>
        <p className={classes.facts}>
          <code>{code}</code>
          {many && <span>{words.fleet.brokers(connections.length)}</span>}
          <Age since={trouble.since} isKnown={trouble.isSinceKnown} />
        </p>
      </div>
      <ul className={classes.names}>
        {connections.slice(0, NAMED).map((connection) => (
          <li key={connection.id}>
            <Name connection={connection} />
          </li>
        ))}
        {connections.length > NAMED && (
          <li>
            <UnstyledButton className={classes.more} onClick={() => onCode(code)}>
              {words.fleet.andMore(connections.length - NAMED)}
            </UnstyledButton>
          </li>
        )}
      </ul>
    </>
  );
}

function Name({ connection }: { connection: Connection }) {
  return (
    <Link to="/connections/$connectionId" params={{ connectionId: connection.id }} className={classes.name}>
      {connection.name}
    </Link>
  );
}

function Age({ since, isKnown }: { since: number; isKnown: boolean }) {
  const words = useWords();
  const age = useSpanSince(since);
  return <span>{isKnown ? words.fleet.sinceWhen(age) : words.fleet.sinceAtLeast(age)}</span>;
}

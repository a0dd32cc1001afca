import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import type { ImportReport } from "../../api/schema";
import type { LinksStanding } from "../../api/transfer";
import { useWords } from "../../i18n/language";
import { Bar } from "../../ui/Bar";
import { StateShape } from "../../ui/StateMark";
import { Entries } from "./Entries";
import classes from "./Imported.module.css";

interface Props {
  report: ImportReport;
  links: LinksStanding | undefined;
  onOther: () => void;
}

/** What came of an import, and how the new links get on. */
export function Imported({ report, links, onOther }: Props) {
  const words = useWords();
  const sentence = useRef<HTMLParagraphElement>(null);
  useEffect(() => sentence.current?.focus(), []);
  // What a person still has to do: the others need no looking at.
  const noted = report.entries.filter(({ notes }) => notes && notes.length > 0);
  return (
    <>
      <p className={classes.sentence} ref={sentence} tabIndex={-1}>
        {words.transfer.imported(report.create)}
        {report.skip > 0 && ` ${words.transfer.skipped(report.skip)}`}
      </p>
      {links && <Links links={links} />}
      <div className={classes.buttons}>
        <Button component={Link} to="/">
          {words.errors.toFleet}
        </Button>
        <Button variant="default" onClick={onOther}>
          {words.transfer.other}
        </Button>
      </div>
      {noted.length > 0 && (
        <>
          <h3 className={classes.left}>{words.transfer.toDo}</h3>
          <Entries entries={noted} />
        </>
      )}
    </>
  );
}

const STATES = [
  ["connected", "online"],
  ["failed", "down"],
  ["disconnected", "idle"],
  ["pending", "connecting"],
] as const;

function Links({ links }: { links: LinksStanding }) {
  const words = useWords();
  const all = links.connected + links.failed + links.disconnected + links.pending;
  return (
    // Read out once it is settled, not with every number that changes until then.
    <div className={classes.links} role="status" aria-busy={links.pending > 0}>
      {links.pending > 0 && (
        <Bar label={words.transfer.dialling} value={all > 0 ? 1 - links.pending / all : undefined} />
      )}
      <ul>
        {STATES.filter(([of]) => links[of] > 0).map(([of, state]) => (
          <li key={of}>
            <StateShape state={state} />
            <strong>{links[of]}</strong> {words.states[state]}
          </li>
        ))}
      </ul>
    </div>
  );
}

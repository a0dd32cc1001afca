import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Fragment, useEffect, useRef } from "react";

import type { ImportReport } from "../../api/schema";
import type { LinksStanding } from "../../api/transfer";
import { useWords } from "../../i18n/language";
import { Bar } from "../../ui/Bar";
import { StateShape } from "../../ui/StateMark";
import { Entries } from "./Entries";
import classes from "./Imported.module.css";
import { noted } from "./notes";

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
  // What a person has to do or to know: the others need no looking at.
  const lists = [
    [words.transfer.leftOut, report.entries.filter(({ outcome }) => outcome === "refuse")],
    [words.transfer.toDo, noted(report.entries, "toDo")],
    [words.transfer.changedUrls, noted(report.entries, "done")],
  ] as const;
  return (
    <>
      <p className={classes.sentence} ref={sentence} tabIndex={-1}>
        {words.transfer.imported(report.create)}
        {report.skip > 0 && ` ${words.transfer.skipped(report.skip)}`}
        {report.refuse > 0 && ` ${words.transfer.leftOutCount(report.refuse)}`}
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
      {lists.map(
        ([title, entries]) =>
          entries.length > 0 && (
            <Fragment key={title}>
              <h3 className={classes.left}>{title}</h3>
              <Entries entries={entries} label={title} />
            </Fragment>
          ),
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

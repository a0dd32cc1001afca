import { Button } from "@mantine/core";
import { Fragment, useEffect, useRef } from "react";

import type { ImportReport } from "../../api/schema";
import type { LinkCounts } from "../../api/transfer";
import { LinkButton } from "../../components/LinkButton";
import type { Messages } from "../../i18n/en";
import { usePageMessages } from "../../i18n/page-messages";
import { linkTo } from "../../model/paths";
import { ProgressBar } from "../../ui/ProgressBar";
import { StateIcon } from "../../ui/StateBadge";
import { EntryList } from "./EntryList";
import classes from "./ImportResult.module.css";
import { entriesWithNotes } from "./notes";

/** How many connections were imported, existed already, or were left out. */
export function importedText({ create, skip, refuse }: ImportReport, { transfer }: Messages): string {
  const parts = [
    transfer.imported(create),
    skip > 0 && transfer.skipped(skip),
    refuse > 0 && transfer.leftOutCount(refuse),
  ];
  return parts.filter(Boolean).join(" ");
}

interface Props {
  report: ImportReport;
  links: LinkCounts | undefined;
  onOther: () => void;
}

/** The result of an import, and the states of the new links. */
export function ImportResult({ report, links, onOther }: Props) {
  const t = usePageMessages();
  const sentence = useRef<HTMLParagraphElement>(null);
  useEffect(() => sentence.current?.focus(), []);
  // Only the entries that need attention.
  const lists = [
    [t.transfer.leftOut, report.entries.filter(({ outcome }) => outcome === "refuse")],
    [t.transfer.toDo, entriesWithNotes(report.entries, "toDo")],
    [t.transfer.changedUrls, entriesWithNotes(report.entries, "done")],
  ] as const;
  return (
    <>
      <p className={classes.sentence} ref={sentence} tabIndex={-1}>
        {importedText(report, t)}
      </p>
      {links && <Links links={links} />}
      <div className={classes.buttons}>
        {/* Without a filter, which could hide the new connections. */}
        <LinkButton {...linkTo.fleet()}>{t.errors.toFleet}</LinkButton>
        <Button variant="default" onClick={onOther}>
          {t.transfer.other}
        </Button>
      </div>
      {lists.map(
        ([title, entries]) =>
          entries.length > 0 && (
            <Fragment key={title}>
              <h3 className={classes.left}>{title}</h3>
              <EntryList entries={entries} label={title} />
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

function Links({ links }: { links: LinkCounts }) {
  const t = usePageMessages();
  const all = links.connected + links.failed + links.disconnected + links.pending;
  return (
    // Screen readers announce the final numbers, not every change.
    <div className={classes.links} role="status" aria-busy={links.pending > 0}>
      {links.pending > 0 && (
        <ProgressBar label={t.transfer.dialling} value={all > 0 ? 1 - links.pending / all : undefined} />
      )}
      <ul>
        {STATES.filter(([of]) => links[of] > 0).map(([of, state]) => (
          <li key={of}>
            <StateIcon state={state} />
            <strong>{links[of]}</strong> {t.states[state]}
          </li>
        ))}
      </ul>
    </div>
  );
}

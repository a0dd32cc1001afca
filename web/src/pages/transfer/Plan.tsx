import { Button } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";

import type { ImportOutcome, ImportReport, ImportReportEntry } from "../../api/schema";
import { useWords } from "../../i18n/language";
import { failureText } from "../../util/failure-text";
import { Counts } from "./Counts";
import { Entries } from "./Entries";
import { Failure } from "./Failure";
import { GivenName } from "./GivenName";
import type { Given } from "./import-state";
import { verdict } from "./import-state";
import { unpacked } from "./notes";
import classes from "./Plan.module.css";

interface Props {
  given: Given;
  plan: ImportReport;
  failure: Error | undefined;
  /** Imports all of it, or only what is good. */
  onImport: (onlyGood: boolean) => void;
  onOther: () => void;
}

/** What would become of each entry of a file, before anything is stored. */
export function Plan({ given, plan, failure, onImport, onOther }: Props) {
  const words = useWords();
  const sentence = useRef<HTMLParagraphElement>(null);
  // The button that led here is gone: whoever used the keyboard goes on from what there is to read.
  useEffect(() => sentence.current?.focus(), []);
  const [only, setOnly] = useState<ImportOutcome>();
  // The refused ones are what one has to look at; a file without any has nothing to hide.
  const look = only ?? (plan.refuse > 0 ? "refuse" : undefined);
  const entries = useMemo(
    () => (look ? plan.entries.filter(({ outcome }) => outcome === look) : plan.entries),
    [plan, look],
  );
  const state = verdict(plan);
  const source = words.transfer.sources[plan.source];

  return (
    <>
      <p className={classes.given}>
        <GivenName given={given} />
        {source && <span className={classes.source}>{source}</span>}
      </p>
      {failure && <Failure title={words.transfer.notImported} text={failureText(failure, words)} />}
      <p className={classes.sentence} ref={sentence} tabIndex={-1}>
        {words.transfer.verdicts[state](state === "refused" ? plan.refuse : plan.create)}
      </p>
      {state === "refused" && <p className={classes.choice}>{words.transfer.refusedChoice(plan.create)}</p>}
      <div className={classes.buttons}>
        {state === "ready" && <Button onClick={() => onImport(false)}>{words.transfer.import(plan.create)}</Button>}
        {state === "refused" && plan.create > 0 && (
          <Button variant="default" onClick={() => onImport(true)}>
            {words.transfer.importGood(plan.create)}
          </Button>
        )}
        <Button variant="default" onClick={onOther}>
          {given.text === undefined ? words.transfer.other : words.transfer.change}
        </Button>
      </div>
      {plan.notTakenOver.length > 0 && (
        <p className={classes.rest}>
          {words.transfer.notTakenOver}{" "}
          {plan.notTakenOver.map((name) => (
            <code key={name}>{name}</code>
          ))}
        </p>
      )}
      <Unpacked entries={plan.entries} />
      {plan.total > 0 && (
        <>
          <Counts report={plan} only={look} onOnly={setOnly} />
          <Entries entries={entries} label={words.transfer.entries} />
        </>
      )}
    </>
  );
}

/** What is taken out of URLs, in numbers; each entry says which. */
function Unpacked({ entries }: { entries: readonly ImportReportEntry[] }) {
  const words = useWords();
  const { credentials, path } = useMemo(() => unpacked(entries), [entries]);
  if (credentials + path === 0) return null;
  return (
    <p className={classes.rest}>
      {credentials > 0 && words.transfer.credentialsMoved(credentials)} {path > 0 && words.transfer.pathDropped(path)}
    </p>
  );
}

import { Button } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";

import type { ImportOutcome, ImportReport, ImportReportEntry } from "../../api/schema";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { rejectedReport } from "../../api/transfer";
import { EntryList } from "./EntryList";
import { keyedText } from "./entry-texts";
import { ErrorAlert } from "./ErrorAlert";
import type { ImportInput } from "./import-state";
import { planStatus } from "./import-state";
import classes from "./ImportPlan.module.css";
import { InputName } from "./InputName";
import { countUrlFixes } from "./notes";
import { OutcomeCounts } from "./OutcomeCounts";

interface Props {
  input: ImportInput;
  plan: ImportReport;
  error: Error | undefined;
  /** Imports all entries, or only those without errors. */
  onImport: (onlyGood: boolean) => void;
  onOther: () => void;
}

/** What an import would do with each entry. Nothing has been stored yet. */
export function ImportPlan({ input, plan, error, onImport, onOther }: Props) {
  const t = usePageMessages();
  const sentence = useRef<HTMLParagraphElement>(null);
  // The focused button is gone; keyboard users continue at the result.
  useEffect(() => sentence.current?.focus(), []);
  const [filter, setFilter] = useState<ImportOutcome>();
  // By default only the entries with errors, if there are any.
  const shownOutcome = filter ?? (plan.refuse > 0 ? "refuse" : undefined);
  const entries = useMemo(
    () => (shownOutcome ? plan.entries.filter(({ outcome }) => outcome === shownOutcome) : plan.entries),
    [plan, shownOutcome],
  );
  const state = planStatus(plan);
  const source = t.transfer.sources[plan.source];
  const language = useLanguage();
  const exceeds =
    plan.exceeds === undefined ? undefined : keyedText(t.transfer.exceeds, plan.exceedsKey, plan.exceeds, language);

  return (
    <>
      <p className={classes.input}>
        <InputName input={input} />
        {source && <span className={classes.source}>{source}</span>}
      </p>
      {error && (
        <ErrorAlert
          title={t.transfer.notImported}
          text={rejectedReport(error) ? t.transfer.refused : errorText(error, t)}
        />
      )}
      <p className={classes.sentence} ref={sentence} tabIndex={-1}>
        {state === "exceeded"
          ? t.transfer.exceeded
          : t.transfer.planStatus[state](state === "refused" ? plan.refuse : plan.create)}
      </p>
      {exceeds && (
        <p className={classes.choice} lang={exceeds.lang}>
          {exceeds.text}
        </p>
      )}
      {state === "refused" && <p className={classes.choice}>{t.transfer.refusedChoice(plan.create)}</p>}
      <div className={classes.buttons}>
        {state === "ready" && <Button onClick={() => onImport(false)}>{t.transfer.import(plan.create)}</Button>}
        {state === "refused" && plan.create > 0 && !plan.exceeds && (
          <Button variant="default" onClick={() => onImport(true)}>
            {t.transfer.importGood(plan.create)}
          </Button>
        )}
        <Button variant="default" onClick={onOther}>
          {input.text === undefined ? t.transfer.other : t.transfer.change}
        </Button>
      </div>
      {plan.notTakenOver.length > 0 && (
        <p className={classes.rest}>
          {t.transfer.notTakenOver}{" "}
          {plan.notTakenOver.map((name) => (
            <code key={name}>{name}</code>
          ))}
        </p>
      )}
      <UrlFixes entries={plan.entries} />
      {plan.total > 0 && (
        <>
          <OutcomeCounts report={plan} filter={shownOutcome} onFilter={setFilter} />
          <EntryList entries={entries} label={t.transfer.entries} />
        </>
      )}
    </>
  );
}

/** What the import takes out of URLs, as numbers; each entry has the details. */
function UrlFixes({ entries }: { entries: readonly ImportReportEntry[] }) {
  const t = usePageMessages();
  const { credentials, path } = useMemo(() => countUrlFixes(entries), [entries]);
  if (credentials + path === 0) return null;
  return (
    <p className={classes.rest}>
      {credentials > 0 && t.transfer.credentialsMoved(credentials)} {path > 0 && t.transfer.pathDropped(path)}
    </p>
  );
}

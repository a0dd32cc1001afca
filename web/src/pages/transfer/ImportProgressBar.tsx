import type { ImportProgress } from "../../api/transfer";
import { usePageMessages } from "../../i18n/page-messages";
import { ProgressBar } from "../../ui/ProgressBar";
import type { ImportInput } from "./import-state";
import classes from "./ImportProgressBar.module.css";
import { InputName } from "./InputName";

/** The progress of a check or an import. */
export function ImportProgressBar({ input, progress }: { input: ImportInput; progress: ImportProgress | undefined }) {
  const t = usePageMessages();
  const { stage = "checking", done = 0, total = 0 } = progress ?? {};
  return (
    <div className={classes.progress}>
      <InputName input={input} />
      <ProgressBar label={t.transfer.stages[stage]} value={total > 0 ? done / total : undefined} />
      <p className={classes.text} role="status">
        {t.transfer.stages[stage]}
        {total > 0 && <span aria-hidden="true"> · {t.bulk.progress(done, total)}</span>}
      </p>
    </div>
  );
}

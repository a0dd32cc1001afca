import type { ImportProgress } from "../../api/transfer";
import { useWords } from "../../i18n/language";
import { Bar } from "../../ui/Bar";
import { GivenName } from "./GivenName";
import type { Given } from "./import-state";
import classes from "./Progress.module.css";

/** How far the server is with a file. */
export function Progress({ given, progress }: { given: Given; progress: ImportProgress | undefined }) {
  const words = useWords();
  const { stage = "checking", done = 0, total = 0 } = progress ?? {};
  return (
    <div className={classes.progress}>
      <GivenName given={given} />
      <Bar label={words.transfer.stages[stage]} value={total > 0 ? done / total : undefined} />
      <p className={classes.text} role="status">
        {words.transfer.stages[stage]}
        {total > 0 && <span aria-hidden="true"> · {words.bulk.progress(done, total)}</span>}
      </p>
    </div>
  );
}

import type { Connection } from "../api/schema";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { refusalText } from "../model/refusal-text";
import type { Failure } from "../util/run-for-each";
import classes from "./BulkFailures.module.css";

/** The most connections to name. */
const MAX_SHOWN = 10;

interface Props {
  failed: readonly Failure<Connection>[];
  /** For how many it succeeded, where nothing else says it. */
  succeeded?: number;
}

/** For which connections an action failed, and why. */
export function BulkFailures({ failed, succeeded = 0 }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  if (failed.length === 0) return null;
  return (
    <div className={classes.failed} role="alert">
      <strong>{t.bulk.outcome(succeeded, failed.length)}</strong>
      <ul>
        {failed.slice(0, MAX_SHOWN).map(({ item: { id, name }, error }) => (
          <li key={id}>
            <bdi>{name}</bdi>: {refusalText(error, t, language)}
          </li>
        ))}
        {failed.length > MAX_SHOWN && <li>{t.fleet.andMore(failed.length - MAX_SHOWN)}</li>}
      </ul>
    </div>
  );
}

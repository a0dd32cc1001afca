import { ApiError } from "../api/client";
import type { Connection } from "../api/schema";
import type { Messages } from "../i18n/en";
import type { Language } from "../i18n/language";
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
  /** What failed, where the number alone does not say it. */
  title?: string | undefined;
}

/** For which connections an action failed, and why. */
export function BulkFailures({ failed, succeeded = 0, title }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  if (failed.length === 0) return null;
  return (
    <div className={classes.failed} role="alert">
      <strong>{title ?? t.bulk.outcome(succeeded, failed.length)}</strong>
      <ul>
        {failed.slice(0, MAX_SHOWN).map(({ item: { id, name }, error }) => (
          <li key={id}>
            <bdi>{name}</bdi>: {failureText(error, t, language)}
          </li>
        ))}
        {failed.length > MAX_SHOWN && <li>{t.fleet.andMore(failed.length - MAX_SHOWN)}</li>}
      </ul>
    </div>
  );
}

/** The reason of a failure. That nothing was saved is in the title. */
function failureText(error: Error, t: Messages, language: Language): string {
  return error instanceof ApiError && error.isEditConflict
    ? `${t.errors.editConflict}.`
    : refusalText(error, t, language);
}

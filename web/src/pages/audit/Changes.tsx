import type { ReactNode } from "react";
import { useId } from "react";

import type { AuditChange } from "../../api/schema";
import { usePageMessages } from "../../i18n/page-messages";
import { diffText } from "../../util/diff-text";
import { visibleText } from "../../util/visible-text";
import classes from "./Changes.module.css";

/** The changed fields, with their values before and after it. What differs is marked. */
export function Changes({ changes }: { changes: readonly AuditChange[] }) {
  const t = usePageMessages();
  const { details, otherFields } = t.audit;
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className={classes.heading}>
        {details.changes}
      </h3>
      <dl className={classes.changes}>
        {changes.map((change) => (
          <div key={change.field}>
            <dt>{t.fieldNames[change.field] ?? otherFields[change.field] ?? visibleText(change.field)}</dt>
            <Values change={change} />
          </div>
        ))}
      </dl>
    </section>
  );
}

function Values({ change: { before, after, withheld } }: { change: AuditChange }) {
  const { details } = usePageMessages().audit;
  if (withheld !== undefined) return <dd className={classes.withheld}>{details.withheld[withheld] ?? withheld}</dd>;
  const [old, now] = [before, after].map((value) => value !== undefined && visibleText(value));
  if (typeof old !== "string" || typeof now !== "string") {
    return (
      <>
        {typeof old === "string" && <Value isAfter={false}>{old}</Value>}
        {typeof now === "string" && <Value isAfter>{now}</Value>}
      </>
    );
  }
  const diff = diffText(old, now);
  return (
    <>
      <Value isAfter={false}>
        {diff.start}
        {diff.before && <del>{diff.before}</del>}
        {diff.end}
      </Value>
      <Value isAfter>
        {diff.start}
        {diff.after && <ins>{diff.after}</ins>}
        {diff.end}
      </Value>
    </>
  );
}

/** One of the two values; there is none before a field was set, and none after it was removed. */
function Value({ isAfter, children }: { isAfter: boolean; children: ReactNode }) {
  const { details } = usePageMessages().audit;
  return (
    <dd className={classes.value} data-after={isAfter || undefined}>
      <span className={classes.label}>{isAfter ? details.after : details.before}</span>
      <code>{children}</code>
    </dd>
  );
}

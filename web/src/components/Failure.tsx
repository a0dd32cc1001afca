import type { ConnectionError } from "../api/schema";
import { usePageMessages } from "../i18n/page-messages";
import { useSentences } from "../i18n/sentences";

/** Why a link failed, in a change of its status. */
export function Failure({ error }: { error: ConnectionError }) {
  const t = usePageMessages();
  const { text, lang } = useSentences().failure(error);
  return (
    <>
      <code>{error.code}</code> {/* Changes stored by an older version have no key: the stage says most of it. */}
      {lang === undefined ? text : <span title={text}>{t.stages[error.stage]}</span>}
    </>
  );
}

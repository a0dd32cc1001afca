import { hasPermission, useProfile } from "../api/session";
import { useDocumentTitle } from "../hooks/use-document-title";
import { usePageMessages } from "../i18n/page-messages";
import { EmptyState } from "../ui/EmptyState";
import { Export } from "./transfer/Export";
import { Import } from "./transfer/Import";
import classes from "./TransferPage.module.css";

/** `/administration/transfer`: import and export of connections. */
export function TransferPage() {
  const t = usePageMessages();
  const profile = useProfile();
  useDocumentTitle(t.transfer.title);
  if (!hasPermission(profile, "connections.import")) {
    return (
      <EmptyState title={t.transfer.noRight}>
        <p>{t.transfer.noRightText}</p>
      </EmptyState>
    );
  }
  return (
    <div className={classes.page}>
      <h1>{t.transfer.title}</h1>
      <Import />
      <Export />
    </div>
  );
}

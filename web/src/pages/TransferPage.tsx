import { useProfile } from "../api/session";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Empty } from "../ui/Empty";
import { may } from "../util/may";
import { Export } from "./transfer/Export";
import { Import } from "./transfer/Import";
import classes from "./TransferPage.module.css";

/** `/transfer`: connections into haltere and out of it. */
export function TransferPage() {
  const words = useWords();
  const profile = useProfile();
  useTitle(words.transfer.title);
  if (!may(profile, "changeConnections")) {
    return (
      <Empty title={words.transfer.noRight}>
        <p>{words.transfer.noRightText}</p>
      </Empty>
    );
  }
  return (
    <div className={classes.page}>
      <h1>{words.transfer.title}</h1>
      <Import />
      <Export />
    </div>
  );
}

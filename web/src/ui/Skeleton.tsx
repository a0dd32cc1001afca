import { useMessages } from "../i18n/language";
import classes from "./Skeleton.module.css";

/** The outline of a page that is loading. */
export function Skeleton() {
  const t = useMessages();
  return (
    <div className={classes.skeleton} aria-busy="true" data-skeleton>
      <p>{t.loading}</p>
      <div />
      <div />
      <div />
    </div>
  );
}

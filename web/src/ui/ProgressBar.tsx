import classes from "./ProgressBar.module.css";

/** How far something is: `value` from 0 to 1, undefined while that is not known. */
export function ProgressBar({ label, value }: { label: string; value: number | undefined }) {
  return <progress className={classes.bar} aria-label={label} max={1} {...(value !== undefined && { value })} />;
}

import classes from "./ProgressBar.module.css";

/** Progress from 0 to 1; undefined while it is unknown. */
export function ProgressBar({ label, value }: { label: string; value: number | undefined }) {
  return <progress className={classes.bar} aria-label={label} max={1} {...(value !== undefined && { value })} />;
}

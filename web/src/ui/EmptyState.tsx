import type { ReactNode } from "react";

import classes from "./EmptyState.module.css";

/** Stands where nothing is, and says what to do about it. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className={classes.empty}>
      <h1>{title}</h1>
      <div>{children}</div>
    </section>
  );
}

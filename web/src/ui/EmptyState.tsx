import type { ReactNode } from "react";

import classes from "./EmptyState.module.css";

/** Replaces missing content and says what to do. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className={classes.empty}>
      <h1>{title}</h1>
      <div>{children}</div>
    </section>
  );
}

import type { ReactNode } from "react";
import { useId } from "react";

import classes from "./Card.module.css";

/** A section of a page with its heading; without one where the page's own says it all. */
export function Card({ title, children }: { title?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={title && id}>
      {title && <h2 id={id}>{title}</h2>}
      {children}
    </section>
  );
}

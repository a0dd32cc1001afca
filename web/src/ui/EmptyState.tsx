import type { ReactNode } from "react";

import classes from "./EmptyState.module.css";

interface Props {
  title: string;
  /** Whether it is in a page that has a heading of its own. */
  isPart?: boolean;
  children?: ReactNode;
}

/** Replaces missing content and says what to do. */
export function EmptyState({ title, isPart = false, children }: Props) {
  const Heading = isPart ? "h2" : "h1";
  return (
    <section className={classes.empty}>
      <Heading>{title}</Heading>
      <div>{children}</div>
    </section>
  );
}

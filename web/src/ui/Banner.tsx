import type { ReactNode } from "react";

import classes from "./Banner.module.css";

interface Props {
  icon: ReactNode;
  title: string;
  /** `bad` for a failure; `warn` for a condition that passes by itself. */
  tone: "bad" | "warn";
  children: ReactNode;
}

/** A message below the header of every page. */
export function Banner({ icon, title, tone, children }: Props) {
  return (
    <div className={classes.banner} data-tone={tone} role="status">
      <span className={classes.title}>
        {icon}
        <strong>{title}</strong>
      </span>
      <span className={classes.text}>{children}</span>
    </div>
  );
}

import type { ReactNode } from "react";

import classes from "./Banner.module.css";

interface Props {
  icon: ReactNode;
  title: string;
  /** `bad`: something is broken; `warn`: it will pass. */
  tone: "bad" | "warn";
  children: ReactNode;
}

/** Below the frame's head, whatever the page: what concerns all of them. */
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

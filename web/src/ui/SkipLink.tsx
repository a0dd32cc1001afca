import type { ReactNode } from "react";

import classes from "./SkipLink.module.css";

/** Leads the keyboard past what comes before; seen only while it has the focus. */
export function SkipLink({ onSkip, children }: { onSkip: () => void; children: ReactNode }) {
  return (
    <button type="button" className={classes.skip} onClick={onSkip}>
      {children}
    </button>
  );
}

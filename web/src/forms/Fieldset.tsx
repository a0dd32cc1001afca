import type { ReactNode } from "react";

import classes from "./Fieldset.module.css";

/** A group of fields in a frame. */
export function Fieldset({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <fieldset className={classes.fields}>
      {title && <legend>{title}</legend>}
      {children}
    </fieldset>
  );
}

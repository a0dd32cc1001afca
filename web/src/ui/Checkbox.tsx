import type { ComponentProps } from "react";

import classes from "./Checkbox.module.css";

interface Props extends Omit<ComponentProps<"input">, "type" | "className"> {
  /** Partly selected. */
  isIndeterminate?: boolean;
}

/** A plain checkbox: while a list scrolls it renders hundreds, and one of Mantine's takes as long as its whole row. */
export function Checkbox({ isIndeterminate = false, ...input }: Props) {
  return (
    <input
      {...input}
      type="checkbox"
      className={classes.checkbox}
      ref={(element) => {
        if (element) element.indeterminate = isIndeterminate;
      }}
    />
  );
}

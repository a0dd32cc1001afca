import type { ComponentProps } from "react";

import classes from "./Checkbox.module.css";

interface Props extends Omit<ComponentProps<"input">, "type" | "className"> {
  /** Some of what it stands for is chosen, and some is not. */
  isIndeterminate?: boolean;
}

/** A checkbox with nothing around it: a list draws hundreds while it is scrolled, and one of Mantine's costs as much as its row. */
export function Checkbox({ isIndeterminate = false, ...input }: Props) {
  return (
    <input
      {...input}
      type="checkbox"
      className={classes.tick}
      ref={(element) => {
        if (element) element.indeterminate = isIndeterminate;
      }}
    />
  );
}

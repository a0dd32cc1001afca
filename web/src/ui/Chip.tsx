import { UnstyledButton } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { RefObject } from "react";

import { useFocusHandover } from "../hooks/use-focus-handover";
import classes from "./Chip.module.css";

interface Props {
  text: string;
  /** What a click does. */
  label: string;
  onRemove: () => void;
  /** Where the focus goes when the chip does. */
  next: RefObject<HTMLElement | null>;
}

/** One condition of a filter, which a click removes. */
export function Chip({ text, label, onRemove, next }: Props) {
  const chip = useFocusHandover(next);
  return (
    <UnstyledButton ref={chip} className={classes.chip} aria-label={label} onClick={onRemove}>
      {text}
      <IconX size={14} aria-hidden />
    </UnstyledButton>
  );
}

import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useState } from "react";

import classes from "./Disclosure.module.css";

interface Props {
  title: string;
  startsOpen: boolean;
  /** Contains a field with an error, so it has to be open. */
  hasError: boolean;
  children: ReactNode;
}

/** Fields that are rarely needed, behind a button. */
export function Disclosure({ title, startsOpen, hasError, children }: Props) {
  const [isOpen, setOpen] = useState(startsOpen);
  // Stays open when the error is gone: the user is typing into the field.
  if (hasError && !isOpen) setOpen(true);
  return (
    <div>
      <UnstyledButton className={classes.button} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
        {title}
      </UnstyledButton>
      {isOpen && <div className={classes.content}>{children}</div>}
    </div>
  );
}

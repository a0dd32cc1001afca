import type { ReactNode } from "react";
import { useId } from "react";

import { useMessages } from "../../i18n/language";
import { CopyButton } from "../CopyButton";
import classes from "./CodeBlock.module.css";

interface Props {
  label: string;
  /** What the button copies. */
  text: string | (() => string);
  onCopied?: (() => void) | undefined;
  /** Replaces the text where it is shown otherwise than it is copied. */
  children?: ReactNode;
  /** Whether long lines wrap; otherwise one scrolls. */
  wraps?: boolean;
  /** Next to the label. */
  tools?: ReactNode;
  /** Below the text. */
  note?: string | undefined;
}

/** A text in a monospaced font, with a button that copies it. */
export function CodeBlock({ label, text, onCopied, children, wraps = true, tools, note }: Props) {
  const t = useMessages();
  const id = useId();
  return (
    <figure className={classes.block} aria-labelledby={id}>
      <div className={classes.tools}>
        <span id={id} className={classes.label}>
          {label}
        </span>
        {tools}
        <CopyButton text={text} label={`${t.copy}: ${label}`} onCopied={onCopied} />
      </div>
      {/* Focusable, so that the keyboard can scroll it. */}
      <pre
        className={classes.code}
        data-wraps={wraps || undefined}
        role="region"
        aria-labelledby={id}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        dir="ltr"
      >
        {children ?? (typeof text === "string" && text)}
      </pre>
      {note && <figcaption className={classes.note}>{note}</figcaption>}
    </figure>
  );
}

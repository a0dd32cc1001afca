import { Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { useMessages } from "../i18n/language";
import { writeToClipboard } from "../util/clipboard";

interface Props {
  /** A function if it is costly to make. */
  text: string | (() => string);
  /** Names the button for screen readers. */
  label: string;
  onCopied?: (() => void) | undefined;
  children?: string;
}

/** A button that copies a text. */
export function CopyButton({ text, label, onCopied, children }: Props) {
  const t = useMessages();
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    const isDone = await writeToClipboard(typeof text === "string" ? text : text());
    setCopied(isDone);
    if (isDone) onCopied?.();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      aria-label={isCopied ? t.copied : label}
      leftSection={isCopied ? <IconCheck size={15} /> : <IconCopy size={15} />}
      onClick={() => void copy()}
    >
      <span aria-live="polite">{isCopied ? t.copied : (children ?? t.copy)}</span>
    </Button>
  );
}

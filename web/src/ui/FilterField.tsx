import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { RefObject } from "react";
import { startTransition, useOptimistic } from "react";

import { useFocusHandover } from "../hooks/use-focus-handover";
import { useShortcuts } from "../hooks/use-shortcuts";
import { useMessages } from "../i18n/language";
import classes from "./FilterField.module.css";

interface Props {
  field: RefObject<HTMLInputElement | null>;
  label: string;
  text: string;
  onText: (text: string) => void;
  /** The field is left. */
  onTextDone: (text: string) => void;
}

/**
 * The filter of a list, which the key `/` focuses. Shows a key at once; the page follows in a transition, which later
 * keys interrupt.
 */
export function FilterField({ field, label, text, onText, onTextDone }: Props) {
  const t = useMessages();
  const [shown, setShown] = useOptimistic(text);
  const clearButton = useFocusHandover(field);
  useShortcuts([["/", () => field.current?.focus()]]);
  const change = (to: string) =>
    startTransition(() => {
      setShown(to);
      onText(to);
    });
  return (
    <TextInput
      ref={field}
      className={classes.filter}
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} />}
      rightSection={
        shown ? (
          <CloseButton ref={clearButton} size="sm" aria-label={t.fleet.clearFilter} onClick={() => change("")} />
        ) : null
      }
      value={shown}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={() => onTextDone(shown)}
      onKeyDown={(event) => event.key === "Escape" && change("")}
    />
  );
}

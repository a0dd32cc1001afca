import { Button, CloseButton } from "@mantine/core";

import type { Connection } from "../../api/schema";
import { useFocusHandover } from "../../hooks/use-focus-handover";
import { useMessages } from "../../i18n/language";
import type { BulkRequest } from "./bulk-action";
import classes from "./BulkBar.module.css";

interface Props {
  connections: readonly Connection[];
  /** A selector of the element in the list that the keyboard continues at when the bar goes. */
  next: string;
  onAction: (action: BulkRequest["action"]) => void;
  onClear: () => void;
}

/** The actions for the selected connections. */
export function BulkBar({ connections, next, onAction, onClear }: Props) {
  const t = useMessages();
  const bar = useFocusHandover(next);
  return (
    <div ref={bar} className={classes.bar} role="toolbar" aria-label={t.fleet.selected(connections.length)}>
      <strong>{t.fleet.selected(connections.length)}</strong>
      <Button variant="default" size="xs" onClick={() => onAction("connect")}>
        {t.fleet.connect}
      </Button>
      <Button variant="default" size="xs" onClick={() => onAction("disconnect")}>
        {t.fleet.disconnect}
      </Button>
      <Button variant="default" size="xs" onClick={() => onAction("edit")}>
        {t.fleet.edit}
      </Button>
      <span className={classes.divider} aria-hidden />
      <Button variant="subtle" color="gray" size="xs" onClick={() => onAction("delete")}>
        {t.delete}
      </Button>
      <CloseButton aria-label={t.cancel} onClick={onClear} />
    </div>
  );
}

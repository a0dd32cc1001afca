import { Button, CloseButton } from "@mantine/core";

import type { Connection } from "../../api/schema";
import { useWords } from "../../i18n/language";
import type { BulkAction } from "./bulk";
import classes from "./BulkBar.module.css";

interface Props {
  connections: readonly Connection[];
  onAction: (action: BulkAction) => void;
  onClear: () => void;
}

/** What can be done with the selected connections. */
export function BulkBar({ connections, onAction, onClear }: Props) {
  const words = useWords();
  return (
    <div className={classes.bar} role="toolbar" aria-label={words.fleet.selected(connections.length)}>
      <strong>{words.fleet.selected(connections.length)}</strong>
      <Button variant="default" size="xs" onClick={() => onAction("connect")}>
        {words.fleet.connect}
      </Button>
      <Button variant="default" size="xs" onClick={() => onAction("disconnect")}>
        {words.fleet.disconnect}
      </Button>
      <Button color="red" size="xs" onClick={() => onAction("delete")}>
        {words.delete}
      </Button>
      <CloseButton aria-label={words.cancel} onClick={onClear} />
    </div>
  );
}

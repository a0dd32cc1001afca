import { Button, CloseButton } from "@mantine/core";
import { useState } from "react";

import type { Connection } from "../../api/schema";
import { useWords } from "../../i18n/language";
import type { BulkAction } from "./bulk";
import { BulkDialog } from "./BulkDialog";
import classes from "./BulkBar.module.css";

/** What can be done with the selected connections. */
export function BulkBar({ connections, onDone }: { connections: readonly Connection[]; onDone: () => void }) {
  const words = useWords();
  const [action, setAction] = useState<BulkAction>();
  // What was selected may be gone while the dialog still has something to say about it.
  if (connections.length === 0 && !action) return null;
  return (
    <div className={classes.bar} role="toolbar" aria-label={words.fleet.selected(connections.length)}>
      <strong>{words.fleet.selected(connections.length)}</strong>
      <Button variant="default" size="xs" onClick={() => setAction("connect")}>
        {words.fleet.connect}
      </Button>
      <Button variant="default" size="xs" onClick={() => setAction("disconnect")}>
        {words.fleet.disconnect}
      </Button>
      <Button color="red" size="xs" onClick={() => setAction("delete")}>
        {words.delete}
      </Button>
      <CloseButton aria-label={words.cancel} onClick={onDone} />
      {action && (
        <BulkDialog
          action={action}
          connections={connections}
          onClose={() => setAction(undefined)}
          onDone={() => {
            setAction(undefined);
            onDone();
          }}
        />
      )}
    </div>
  );
}

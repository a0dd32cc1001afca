import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import type { Connection } from "../../api/schema";
import { useMessages } from "../../i18n/language";
import type { BulkAction } from "./bulk-action";
import { runBulkAction } from "./bulk-action";

/** The action that takes another one back. */
const REVERSE = { connect: "disconnect", disconnect: "connect" } as const;

/** How long the outcome and its undo are shown, in milliseconds. */
const SHOWN = 12_000;

/** Returns a function that shows the outcome of an action, with an undo where there is one. */
export function useBulkNotification(): (action: BulkAction, connections: readonly Connection[]) => void {
  const t = useMessages();
  return (action, connections) => {
    const text = t.bulk.done[action](connections.length);
    if (action === "delete") {
      notifications.show({ message: text });
      return;
    }
    const undo = async (id: string) => {
      notifications.hide(id);
      const failed = await runBulkAction(REVERSE[action], connections, () => undefined);
      if (failed.length > 0) notifications.show({ color: "red", message: t.bulk.failed(failed.length), role: "alert" });
      else notifications.show({ message: t.bulk.done[REVERSE[action]](connections.length) });
    };
    const id = notifications.show({
      autoClose: SHOWN,
      message: (
        <Group justify="space-between" wrap="nowrap">
          {text}
          <Button variant="subtle" size="compact-sm" onClick={() => void undo(id)}>
            {t.undo}
          </Button>
        </Group>
      ),
    });
  };
}

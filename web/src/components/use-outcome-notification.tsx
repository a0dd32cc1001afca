import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import type { Connection } from "../api/schema";
import { useErrorNotification } from "../hooks/use-error-notification";
import { usePageMessages } from "../i18n/page-messages";
import type { Failure } from "../util/run-for-each";
import { toError } from "../util/to-error";
import { BulkFailures } from "./BulkFailures";

/** How long the outcome and its undo are shown, in milliseconds. */
const SHOWN = 12_000;

/** Takes an action back. */
interface Undo {
  /** Returns the connections for which it failed. */
  readonly run: () => Promise<readonly Failure<Connection>[]>;
  /** The message about its success. */
  readonly done: string;
}

/** Returns a function that shows the outcome of an action, with an undo where there is one. */
export function useOutcomeNotification(): (text: string, undo?: Undo) => void {
  const t = usePageMessages();
  const onError = useErrorNotification(t.failed.undo);
  return (text, undo) => {
    if (!undo) {
      notifications.show({ message: text });
      return;
    }
    const takeBack = async (id: string) => {
      notifications.hide(id);
      try {
        const failed = await undo.run();
        if (failed.length === 0) notifications.show({ message: undo.done });
        else notifyFailures(failed, t.failed.undo);
      } catch (error) {
        onError(toError(error));
      }
    };
    const id = notifications.show({
      autoClose: SHOWN,
      message: (
        <Group justify="space-between" wrap="nowrap">
          {text}
          <Button variant="subtle" size="compact-sm" onClick={() => void takeBack(id)}>
            {t.undo}
          </Button>
        </Group>
      ),
    });
  };
}

/** Shows for which connections an action failed, until it is closed. Without a title it says how many they are. */
export function notifyFailures(failed: readonly Failure<Connection>[], title?: string): void {
  // The list in it is the alert.
  notifications.show({
    color: "red",
    autoClose: false,
    role: "presentation",
    message: <BulkFailures failed={failed} title={title} />,
  });
}

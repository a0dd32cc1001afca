import type { Connection } from "../../api/schema";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { usePageMessages } from "../../i18n/page-messages";
import type { BulkAction } from "./bulk-action";
import { runBulkAction } from "./bulk-action";

/** The action that takes another one back. */
const REVERSE = { connect: "disconnect", disconnect: "connect" } as const;

/** Returns a function that shows the outcome of an action, with an undo where there is one. */
export function useBulkNotification(): (action: BulkAction, connections: readonly Connection[]) => void {
  const t = usePageMessages();
  const notify = useOutcomeNotification();
  return (action, connections) => {
    const text = t.bulk.done[action](connections.length);
    if (action === "delete") {
      notify(text);
      return;
    }
    const reverse = REVERSE[action];
    notify(text, {
      run: () => runBulkAction(reverse, connections),
      done: t.bulk.done[reverse](connections.length),
    });
  };
}

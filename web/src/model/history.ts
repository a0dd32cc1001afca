import type { StatusChange } from "../api/schema";
import { historyState } from "./display-state";

/** When the link was up last before it went down; undefined if it never was. `changes` are the newest first. */
export function onlineUntil(changes: readonly StatusChange[]): number | undefined {
  const online = changes.findIndex((change) => historyState(change) === "online");
  return changes[online - 1]?.timestamp;
}

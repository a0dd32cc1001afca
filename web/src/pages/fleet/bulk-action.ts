import { connectLink, deleteConnection, disconnectLink } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { displayState } from "../../model/display-state";
import type { Failure } from "../../util/run-for-each";
import { runForEach } from "../../util/run-for-each";

/** An action on many connections at once. */
export type BulkAction = "connect" | "disconnect" | "delete";

/** An action and the selected connections. */
export interface BulkRequest {
  readonly action: BulkAction | "edit";
  readonly connections: readonly Connection[];
  /** Called once it has succeeded for all of them. */
  readonly onDone: () => void;
}

const REQUESTS = { connect: connectLink, disconnect: disconnectLink, delete: deleteConnection } as const;

/** The connections that an action would change; the others are in the desired state already. */
export function affectedConnections(action: BulkAction, connections: readonly Connection[]): Connection[] {
  if (action === "delete") return [...connections];
  const idle = action === "connect";
  return connections.filter((connection) => (displayState(connection) === "idle") === idle);
}

/** Runs the action for each connection; returns those that failed. */
export function runBulkAction(
  action: BulkAction,
  connections: readonly Connection[],
  onProgress?: (done: number) => void,
): Promise<Failure<Connection>[]> {
  return runForEach(connections, ({ id }) => REQUESTS[action](id), onProgress);
}

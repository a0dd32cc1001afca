import { connectLink, deleteConnection, disconnectLink } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { displayState } from "../../model/display-state";
import { toError } from "../../util/to-error";

/** An action on many connections at once. */
export type BulkAction = "connect" | "disconnect" | "delete";

/** An action and the selected connections. */
export interface BulkRequest {
  readonly action: BulkAction;
  readonly connections: readonly Connection[];
  /** Called once it has succeeded for all of them. */
  readonly onDone: () => void;
}

/** The most concurrent requests. */
const CONCURRENCY = 6;

const REQUESTS = { connect: connectLink, disconnect: disconnectLink, delete: deleteConnection } as const;

/** The connections that an action would change; the others are in the desired state already. */
export function affectedConnections(action: BulkAction, connections: readonly Connection[]): Connection[] {
  if (action === "delete") return [...connections];
  const idle = action === "connect";
  return connections.filter((connection) => (displayState(connection) === "idle") === idle);
}

/**
 * Runs the action for each connection, a few at a time. Goes on after an error; returns the connections that
 * failed, and why.
 */
export async function runBulkAction(
  action: BulkAction,
  connections: readonly Connection[],
  onProgress: (done: number) => void,
): Promise<{ connection: Connection; error: Error }[]> {
  const failed: { connection: Connection; error: Error }[] = [];
  const queue = [...connections];
  let done = 0;
  const worker = async () => {
    for (let connection = queue.shift(); connection; connection = queue.shift()) {
      try {
        await REQUESTS[action](connection.id);
      } catch (error) {
        failed.push({ connection, error: toError(error) });
      }
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return failed;
}

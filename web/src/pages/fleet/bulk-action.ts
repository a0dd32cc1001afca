import { connectLink, deleteConnection, disconnectLink } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { displayState } from "../../model/display-state";
import { toError } from "../../util/to-error";

/** What can be done with many connections at once. */
export type BulkAction = "connect" | "disconnect" | "delete";

/** Something that is to be done with some of them. */
export interface BulkRequest {
  readonly action: BulkAction;
  readonly connections: readonly Connection[];
  /** Called when it is done with all of them. */
  readonly onDone: () => void;
}

/** This many requests are under way at once. */
const CONCURRENCY = 6;

const REQUESTS = { connect: connectLink, disconnect: disconnectLink, delete: deleteConnection } as const;

/** Those an action would change: the others are as it wants them already. */
export function affectedConnections(action: BulkAction, connections: readonly Connection[]): Connection[] {
  if (action === "delete") return [...connections];
  const idle = action === "connect";
  return connections.filter((connection) => (displayState(connection) === "idle") === idle);
}

/** Does it to each, a few at a time; a failure stops nothing. Returns those that failed, and why. */
export async function runBulkAction(
  action: BulkAction,
  connections: readonly Connection[],
  onProgress: (done: number) => void,
): Promise<{ connection: Connection; failure: Error }[]> {
  const failed: { connection: Connection; failure: Error }[] = [];
  const queue = [...connections];
  let done = 0;
  const worker = async () => {
    for (let connection = queue.shift(); connection; connection = queue.shift()) {
      try {
        await REQUESTS[action](connection.id);
      } catch (failure) {
        failed.push({ connection, failure: toError(failure) });
      }
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return failed;
}

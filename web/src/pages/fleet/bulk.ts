import { connect, disconnect, remove } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { shown } from "../../util/state";

/** What can be done with many connections at once. */
export type BulkAction = "connect" | "disconnect" | "delete";

/** Something that is to be done with some of them. */
export interface Bulk {
  readonly action: BulkAction;
  readonly connections: readonly Connection[];
  /** Called when it is done with all of them. */
  readonly onDone: () => void;
}

/** This many requests are under way at once. */
const AT_ONCE = 6;

const DO = { connect, disconnect, delete: remove } as const;

/** Those an action would change: the others are as it wants them already. */
export function concerned(action: BulkAction, connections: readonly Connection[]): Connection[] {
  if (action === "delete") return [...connections];
  const idle = action === "connect";
  return connections.filter((connection) => (shown(connection) === "idle") === idle);
}

/** Does it to each, a few at a time; a failure stops nothing. Returns those that failed, and why. */
export async function perform(
  action: BulkAction,
  connections: readonly Connection[],
  onProgress: (done: number) => void,
): Promise<{ connection: Connection; failure: Error }[]> {
  const failed: { connection: Connection; failure: Error }[] = [];
  const waiting = [...connections];
  let done = 0;
  const work = async () => {
    for (let connection = waiting.shift(); connection; connection = waiting.shift()) {
      try {
        await DO[action](connection.id);
      } catch (failure) {
        failed.push({ connection, failure: failure instanceof Error ? failure : new Error(String(failure)) });
      }
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

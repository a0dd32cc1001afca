import type { Connection } from "../api/schema";

/** Connections that fail with the same code. */
export interface FailureGroup {
  readonly code: string;
  /** The message of the connection that has failed longest. */
  readonly message: string;
  /** When the first of them failed, in milliseconds since 1970. */
  readonly since: number;
  /** False when the first of them may have failed before `since`. */
  readonly isSinceKnown: boolean;
  /** The connections, the one that has failed longest first. */
  readonly connections: readonly Connection[];
}

/** All failures by code, the most frequent first. */
export function groupFailures(all: Iterable<Connection>): FailureGroup[] {
  const byCode = new Map<string, Connection[]>();
  for (const connection of all) {
    const code = connection.status?.error?.code;
    if (!code) continue;
    const group = byCode.get(code);
    if (group) group.push(connection);
    else byCode.set(code, [connection]);
  }
  return [...byCode]
    .map(([code, connections]) => {
      connections.sort((a, b) => (a.status?.timestamp ?? 0) - (b.status?.timestamp ?? 0));
      const first = connections[0]?.status;
      const message = first?.error?.message ?? code;
      return { code, message, since: first?.timestamp ?? 0, isSinceKnown: first?.sinceKnown ?? true, connections };
    })
    .toSorted((a, b) => b.connections.length - a.connections.length || a.code.localeCompare(b.code));
}

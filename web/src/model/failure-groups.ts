import type { Connection, ConnectionError } from "../api/schema";

/** For how long a failure counts as new, in milliseconds. */
export const FRESH = 2 * 60_000;

/** Connections that fail in the same way. */
interface Failures {
  /** The failure of the connection that failed last; undefined for those that the server can't read. */
  readonly error: ConnectionError | undefined;
  /** When the first of them failed, in milliseconds since 1970. */
  readonly since: number;
  /** False when the first of them may have failed before `since`. */
  readonly isSinceKnown: boolean;
  /** How many of them failed within the last {@link FRESH} milliseconds. */
  readonly fresh: number;
  /** The connections, the one that failed last first. */
  readonly connections: readonly Connection[];
}

/** Connections that fail with the same code at the same address. */
export interface FailureTarget extends Failures {
  /** Address and port, or the URL where the server names none. */
  readonly target: string;
}

/** Connections that fail with the same code. */
export interface FailureGroup extends Failures {
  /** Undefined for connections that the server can't read. */
  readonly code: string | undefined;
  /** By address, the one with the latest failure first. */
  readonly targets: readonly FailureTarget[];
}

/** All failures by code, the one with the latest failure first. `now` is in milliseconds since 1970. */
export function groupFailures(all: Iterable<Connection>, now: number): FailureGroup[] {
  const failing = [...all].filter(({ status }) => status === undefined || status.error !== undefined);
  return [...groupBy(failing, ({ status }) => status?.error?.code)]
    .map(([code, connections]) => ({
      code,
      ...toFailures(connections, now),
      targets: [...groupBy(connections, ({ url, status }) => failureTarget(status?.error) ?? url)]
        .map(([target, its]) => ({ target, ...toFailures(its, now) }))
        .toSorted(byLatest),
    }))
    .toSorted(byLatest);
}

/** Address and port of a failure, as in `10.0.0.7:1883`. */
export function failureTarget(error: ConnectionError | undefined): string | undefined {
  if (error?.address === undefined) return undefined;
  const host = error.address.includes(":") ? `[${error.address}]` : error.address;
  return error.port === undefined ? host : `${host}:${error.port}`;
}

function groupBy<K>(connections: readonly Connection[], keyOf: (connection: Connection) => K): Map<K, Connection[]> {
  const groups = new Map<K, Connection[]>();
  for (const connection of connections) {
    const key = keyOf(connection);
    const group = groups.get(key);
    if (group) group.push(connection);
    else groups.set(key, [connection]);
  }
  return groups;
}

const sinceOf = ({ status }: Connection) => status?.timestamp ?? 0;

function toFailures(unsorted: readonly Connection[], now: number): Failures {
  const connections = unsorted.toSorted((a, b) => sinceOf(b) - sinceOf(a));
  const first = connections.at(-1)?.status;
  return {
    error: connections[0]?.status?.error,
    since: first?.timestamp ?? 0,
    isSinceKnown: first?.sinceKnown ?? true,
    fresh: connections.filter(({ status }) => status && status.sinceKnown !== false && now - status.timestamp < FRESH)
      .length,
    connections,
  };
}

function byLatest(a: Failures, b: Failures): number {
  const latest = ({ connections: [first] }: Failures) => (first ? sinceOf(first) : 0);
  return latest(b) - latest(a) || b.connections.length - a.connections.length;
}

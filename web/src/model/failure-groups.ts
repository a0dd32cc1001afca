import type { Connection, ConnectionError } from "../api/schema";

/** For how long a failure counts as new, in milliseconds. */
export const FRESH = 2 * 60_000;

/** Connections that fail in the same way. */
export interface Failures {
  /** The failure of the connection that failed last; undefined if the server can't read them. */
  readonly error: ConnectionError | undefined;
  /** When the first of them failed, in milliseconds since 1970. */
  readonly since: number;
  /** False when the first of them may have failed before `since`. */
  readonly isSinceKnown: boolean;
  /** When the last of them failed, in milliseconds since 1970. */
  readonly latest: number;
  /** How many of them failed within the last {@link FRESH} milliseconds. */
  readonly fresh: number;
  /** The connections, in no particular order. */
  readonly connections: readonly Connection[];
}

/** Connections that fail with the same code at the same address, or because of certificates of the same issuer. */
interface FailureTarget extends Failures {
  /** The issuer; or address and port, or the URL where the server names none. */
  readonly target: string;
}

/** The note of a failure of a connection whose TLS settings are not used, because the plugin `tls` is off. */
const PLUGIN_OFF = "tlsSettingsUnused";

/** Connections that fail with the same code, either because the plugin `tls` is off or not. */
export interface FailureGroup extends Failures {
  /** Different for each group. */
  readonly key: string;
  /** Whether they have TLS settings that are not used, because the plugin `tls` is off. */
  readonly isPluginOff: boolean;
  /** Whether another group has the same code. */
  readonly sharesCode: boolean;
  /** Undefined for connections that the server can't read. */
  readonly code: string | undefined;
  /** By address or issuer, the one with the latest failure first. */
  readonly targets: readonly FailureTarget[];
}

/** All failures by code, the one with the latest failure first. `now` is in milliseconds since 1970. */
export function groupFailures(all: Iterable<Connection>, now: number): FailureGroup[] {
  const failing = [...all].filter(({ status }) => status === undefined || status.error !== undefined);
  const groups = [...groupBy(failing, ({ status }) => groupKey(status?.error))];
  const codes = groups.map(([, [first]]) => first?.status?.error?.code);
  return groups
    .map(([key, connections], index) => ({
      key,
      code: codes[index],
      sharesCode: codes.filter((code) => code === codes[index]).length > 1,
      isPluginOff: isPluginOff(connections[0]?.status?.error),
      ...toFailures(connections, now),
      targets: [...groupBy(connections, ({ url, status }) => failureTarget(status?.error) ?? url)]
        .map(([target, its]) => ({ target, ...toFailures(its, now) }))
        .toSorted(byLatest),
    }))
    .toSorted(byLatest);
}

function groupKey(error: ConnectionError | undefined): string {
  return `${error?.code ?? ""} ${isPluginOff(error) ? PLUGIN_OFF : ""}`;
}

/** Whether a failure is of a connection whose TLS settings are not used, because the plugin `tls` is off. */
export function isPluginOff(error: ConnectionError | undefined): boolean {
  return error?.notes?.some(({ key }) => key === PLUGIN_OFF) ?? false;
}

/** What a failure is about: the issuer of the certificate that was refused, else address and port. */
function failureTarget(error: ConnectionError | undefined): string | undefined {
  return error?.issuer ?? failureAddress(error);
}

/** Address and port of a failure, as in `10.0.0.7:1883`. */
export function failureAddress(error: ConnectionError | undefined): string | undefined {
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

/** In one pass: the whole fleet may be down, and this runs with every event. */
function toFailures(connections: readonly Connection[], now: number): Failures {
  let [first, last] = [connections[0]?.status, connections[0]?.status];
  let fresh = 0;
  for (const { status } of connections) {
    if (!status || !first || !last) continue;
    if (status.timestamp < first.timestamp) first = status;
    if (status.timestamp > last.timestamp) last = status;
    if (status.sinceKnown !== false && now - status.timestamp < FRESH) fresh += 1;
  }
  return {
    error: last?.error,
    since: first?.timestamp ?? 0,
    isSinceKnown: first?.sinceKnown ?? true,
    latest: last?.timestamp ?? 0,
    fresh,
    connections,
  };
}

function byLatest(a: Failures, b: Failures): number {
  return b.latest - a.latest || b.connections.length - a.connections.length;
}

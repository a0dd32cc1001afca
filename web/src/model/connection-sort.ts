import type { Connection } from "../api/schema";
import { sortBy } from "../util/sort-by";
import { sortByText } from "../util/sort-by-text";
import { firstCertificateEnd } from "./certificate-expiry";
import { displayState, URGENCY } from "./display-state";
import { labelTexts } from "./label-selector";

/** What connections can be sorted by: the columns of their table. */
export const SORT_KEYS = ["name", "state", "reason", "version", "certificate", "labels", "since"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface ConnectionSort {
  readonly column: SortKey;
  readonly descending: boolean;
}

const SORT_VALUES: Record<SortKey, (connection: Connection, index: number) => number | string | undefined> = {
  name: (_, index) => index,
  state: (connection) => URGENCY[displayState(connection)],
  reason: ({ status }) => status?.error?.code,
  version: ({ broker }) => broker?.version,
  certificate: (connection) => {
    const end = firstCertificateEnd(connection);
    return end && Date.parse(end.notAfter);
  },
  labels: ({ labels }) => labelTexts(labels).join() || undefined,
  since: ({ status }) => status && -status.timestamp,
};

/** Sorts connections that are {@link sortByName sorted by name}; equal ones stay in that order. */
export function sortConnections(byName: readonly Connection[], { column, descending }: ConnectionSort): Connection[] {
  return sortBy(byName, SORT_VALUES[column], descending);
}

type ConnectionsById = ReadonlyMap<string, Connection>;
let cache: { byId: ConnectionsById; sorted: readonly Connection[] } = { byId: new Map(), sorted: [] };

/**
 * All connections sorted by name. Statuses change many times a second and names hardly ever, so each call
 * reuses the order of the previous one while the names are the same. The map is immutable: the same map
 * returns the same array.
 */
export function sortByName(byId: ConnectionsById): readonly Connection[] {
  if (byId !== cache.byId)
    cache = { byId, sorted: reuseOrder(cache.sorted, byId) ?? sortByText([...byId.values()], ({ name }) => name) };
  return cache.sorted;
}

/** The connections in a previous order; undefined when one was added, removed or renamed. */
function reuseOrder(previous: readonly Connection[], byId: ConnectionsById): Connection[] | undefined {
  if (previous.length !== byId.size) return undefined;
  const sorted: Connection[] = [];
  for (const { id, name } of previous) {
    const connection = byId.get(id);
    if (connection?.name !== name) return undefined;
    sorted.push(connection);
  }
  return sorted;
}

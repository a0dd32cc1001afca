import type { Connection } from "../api/schema";
import { collator } from "../util/collator";
import { displayState, URGENCY } from "./display-state";

export const SORT_KEYS = ["state", "name", "since"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

const SORT_VALUES: Record<SortKey, (connection: Connection) => number> = {
  state: (connection) => URGENCY[displayState(connection)],
  name: () => 0,
  since: ({ status }) => -(status?.timestamp ?? 0),
};

/** Sorts connections that are {@link sortByName sorted by name}; equal ones stay in that order. */
export function sortConnections(byName: readonly Connection[], key: SortKey, descending: boolean): Connection[] {
  // Computed once per connection, not once per comparison.
  const keyed = byName.map((connection) => ({ connection, value: SORT_VALUES[key](connection) }));
  keyed.sort((a, b) => a.value - b.value);
  if (descending) keyed.reverse();
  return keyed.map(({ connection }) => connection);
}

type ConnectionsById = ReadonlyMap<string, Connection>;
let cache: { byId: ConnectionsById; sorted: readonly Connection[] } = { byId: new Map(), sorted: [] };

/**
 * All connections sorted by name. Statuses change many times a second and names hardly ever, so each call
 * reuses the order of the previous one while the names are the same. The map is immutable: the same map
 * returns the same array.
 */
export function sortByName(byId: ConnectionsById): readonly Connection[] {
  if (byId !== cache.byId) cache = { byId, sorted: reuseOrder(cache.sorted, byId) ?? rebuild(byId) };
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

function rebuild(byId: ConnectionsById): Connection[] {
  return [...byId.values()].toSorted((a, b) => collator.compare(a.name, b.name));
}

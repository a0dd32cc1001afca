import type { Connection } from "../api/schema";
import { collator } from "../util/collator";
import type { DisplayState } from "./display-state";
import { displayState } from "./display-state";

/** The distinct values of a field with the number of connections that have each, the most frequent first. */
export function countValues(
  all: Iterable<Connection>,
  valueOf: (connection: Connection) => string | undefined,
): [string, number][] {
  const counts = new Map<string, number>();
  for (const connection of all) {
    const value = valueOf(connection);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, m], [b, n]) => n - m || collator.compare(a, b));
}

/** The number of connections in each state. */
export function countStates(all: Iterable<Connection>): Record<DisplayState, number> {
  const counts: Record<DisplayState, number> = { down: 0, unreadable: 0, connecting: 0, online: 0, idle: 0 };
  for (const connection of all) counts[displayState(connection)] += 1;
  return counts;
}

import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useQuery } from "@tanstack/react-query";

import type { Connection, ConnectionsEvent } from "./schema";

/** All connections, as of the latest event. */
export interface Fleet {
  readonly byId: ReadonlyMap<string, Connection>;
  /** Whether the server has sent all of them yet. */
  readonly isComplete: boolean;
}

const EMPTY: Fleet = { byId: new Map(), isComplete: false };
const KEY = ["fleet"];

/** The fleet after an event; a new object, so that React sees the change. */
export function applyEvent(fleet: Fleet, event: ConnectionsEvent): Fleet {
  const byId = new Map(event.complete ? [] : fleet.byId);
  for (const id of event.removed) byId.delete(id);
  for (const connection of event.changed) byId.set(connection.id, connection);
  return { byId, isComplete: fleet.isComplete || event.complete };
}

/** What collects the events that arrive while the fleet is requested. */
const requests = new Set<ConnectionsEvent[]>();

/** Applies an event to the query cache. */
export function updateFleet(queries: QueryClient, event: ConnectionsEvent): void {
  for (const meanwhile of requests) meanwhile.push(event);
  queries.setQueryData<Fleet>(KEY, (fleet) => applyEvent(fleet ?? EMPTY, event));
}

/**
 * Replaces the fleet with what `request` returns. Events that arrive meanwhile are applied to it again: it may be from
 * before them. Once `isCancelled`, the response is dropped.
 */
export async function refreshFleet(
  queries: QueryClient,
  request: () => Promise<readonly Connection[]>,
  isCancelled: () => boolean,
): Promise<void> {
  const meanwhile: ConnectionsEvent[] = [];
  requests.add(meanwhile);
  try {
    const changed = [...(await request())];
    if (isCancelled()) return;
    const all = [{ complete: true, changed, removed: [] }, ...meanwhile];
    queries.setQueryData<Fleet>(KEY, (fleet) => all.reduce(applyEvent, fleet ?? EMPTY));
  } finally {
    requests.delete(meanwhile);
  }
}

/** Forgets all connections: another user may not be allowed to see them. */
export function clearFleet(queries: QueryClient): void {
  queries.setQueryData<Fleet>(KEY, EMPTY);
}

const QUERY = queryOptions<Fleet>({
  queryKey: KEY,
  // Requests nothing. When all queries are invalidated after a login, what is open on the pages stays open.
  queryFn: ({ client }) => client.getQueryData<Fleet>(KEY) ?? EMPTY,
  initialData: EMPTY,
  staleTime: Infinity,
  gcTime: Infinity,
});

/** The fleet, live. It has no request of its own: the event stream fills it. */
export function useFleet(): Fleet {
  return useQuery(QUERY).data;
}

/** Whether the server has sent all connections. Renders only when that changes. */
export function useIsFleetComplete(): boolean {
  return useQuery({ ...QUERY, select: ({ isComplete }) => isComplete }).data;
}

import type { QueryClient } from "@tanstack/react-query";

import { basePath } from "../app/server";
import { patchFleet } from "./fleet";
import { liveness } from "./liveness";
import { checkSession } from "./session";
import type { ConnectionsEvent } from "./schema";

/** How long events are gathered before the page is drawn anew, in milliseconds. */
const GATHER = 100;

/** How long to wait before the stream is opened again after the server refused it, in milliseconds. */
const AGAIN = 2_000;

/**
 * Follows the server's event stream into the query cache until the function it returns is called.
 *
 * A browser comes back by itself after a broken line, and tells the server what it saw last; after a
 * refusal it does not, and we do.
 */
export function followEvents(queries: QueryClient): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  const gathered = gather((event) => patchFleet(queries, event));

  const open = () => {
    source = new EventSource(`${basePath}/api/events`);
    source.addEventListener("open", () => liveness.set("live"));
    source.addEventListener("connections", (event) => {
      liveness.set("live");
      gathered.add(JSON.parse(event.data) as ConnectionsEvent);
    });
    source.addEventListener("plugins", () => {
      void queries.invalidateQueries({ queryKey: ["plugins"] });
    });
    source.addEventListener("error", () => {
      liveness.set("lost");
      void checkSession(queries);
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN);
    });
  };

  open();
  return () => {
    clearTimeout(again);
    gathered.stop();
    source.close();
  };
}

/** Joins the events of a short while into one. */
export function gather(deliver: (event: ConnectionsEvent) => void) {
  let joined: ConnectionsEvent | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (joined) deliver(joined);
    joined = undefined;
  };
  return {
    add(event: ConnectionsEvent) {
      joined = joined && !event.complete ? join(joined, event) : event;
      timer ??= setTimeout(flush, GATHER);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

function join(earlier: ConnectionsEvent, later: ConnectionsEvent): ConnectionsEvent {
  const changed = new Map(earlier.changed.map((connection) => [connection.id, connection]));
  const removed = new Set(earlier.removed);
  for (const id of later.removed) {
    changed.delete(id);
    removed.add(id);
  }
  for (const connection of later.changed) {
    changed.set(connection.id, connection);
    removed.delete(connection.id);
  }
  return { complete: earlier.complete, changed: [...changed.values()], removed: [...removed] };
}

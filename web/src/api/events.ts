import type { QueryClient } from "@tanstack/react-query";

import { basePath } from "../app/server";
import { patchFleet } from "./fleet";
import { liveness } from "./liveness";
import { checkSession } from "./session";
import type { ConnectionsEvent } from "./schema";

/** How long events are gathered before the page is drawn anew, in milliseconds. */
const GATHER = 100;

/** How long, when they don't cease: nobody reads a list that changes ten times a second, and drawing it costs. */
const LONGEST = 1_000;

/** How many times in a row the page is drawn quickly before that; they come back one by one. */
const QUICK = 5;

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

/** Joins the events of a short while into one; all there is (`complete`) is passed on at once. */
export function gather(deliver: (event: ConnectionsEvent) => void) {
  let joined: ConnectionsEvent | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let quick = QUICK;
  let looked = performance.now();
  const pause = () => {
    const now = performance.now();
    quick = Math.min(QUICK, quick + (now - looked) / LONGEST);
    looked = now;
    return Math.max(GATHER, (1 - quick) * LONGEST);
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    quick -= 1;
    if (joined) deliver(joined);
    joined = undefined;
  };
  return {
    add(event: ConnectionsEvent) {
      joined = joined && !event.complete ? join(joined, event) : event;
      if (event.complete) flush();
      else timer ??= setTimeout(flush, pause());
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

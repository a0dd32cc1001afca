import type { QueryClient } from "@tanstack/react-query";

import { basePath } from "../app/server";
import { patchFleet } from "./fleet";
import { liveness } from "./liveness";
import { checkSession } from "./session";
import type { ConnectionsEvent } from "./schema";

/** How far changes lie apart when they don't cease, in milliseconds: nobody reads a list that changes ten times a second, and drawing it costs. */
const PAUSE = 1_000;

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

  const open = () => {
    source = new EventSource(`${basePath}/api/events?pause=${PAUSE}`);
    source.addEventListener("open", () => liveness.set("live"));
    source.addEventListener("connections", (event) => {
      liveness.set("live");
      patchFleet(queries, JSON.parse(event.data) as ConnectionsEvent);
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
    source.close();
  };
}

import type { QueryClient } from "@tanstack/react-query";

import { basePath } from "../app/server";
import type { ApiFailure } from "./client";
import { api, data, refusal } from "./client";
import { patchFleet } from "./fleet";
import { liveness } from "./liveness";
import { checkSession } from "./session";
import type { Connection, ConnectionsEvent } from "./schema";

/** How far changes lie apart when they don't cease, in milliseconds: nobody reads a list that changes ten times a second, and drawing it costs. */
const PAUSE = 1_000;

/** How long to wait before the stream is opened again after the server refused it, in milliseconds. */
const AGAIN = 2_000;

/** How long to wait when there was no room for it, in milliseconds, unless the server says so. */
const NO_ROOM = 15_000;

/**
 * Follows the server's event stream into the query cache until the function it returns is called.
 *
 * A browser comes back by itself after a broken line, and tells the server what it saw last; after a
 * refusal it does not, and we do.
 */
export function followEvents(queries: QueryClient): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  let isRefused = false;
  let isBack = false;
  const ended = new AbortController();
  const url = `${basePath}/api/events?pause=${PAUSE}`;
  const open = () => {
    source = new EventSource(url);
    source.addEventListener("open", () => {
      isRefused = false;
      liveness.set("live");
    });
    source.addEventListener("connections", (event) => {
      liveness.set("live");
      patchFleet(queries, JSON.parse(event.data) as ConnectionsEvent);
      if (isBack) askAnew(queries);
      isBack = false;
    });
    source.addEventListener("plugins", () => {
      void queries.invalidateQueries({ queryKey: ["plugins"] });
      // It may tell that a connection's settings are not used.
      void queries.invalidateQueries({ queryKey: ["advice"] });
    });
    source.addEventListener("error", () => {
      isBack = true;
      // What a refusal is about is known already, and asked again below.
      if (!isRefused) liveness.set("lost");
      void checkSession(queries);
      if (source.readyState === EventSource.CLOSED) void comeBack();
    });
  };
  const comeBack = async () => {
    const why = await whyRefused(url, ended.signal);
    if (ended.signal.aborted) return;
    isRefused = why?.isBusy ?? false;
    let pause = AGAIN;
    if (!why?.isBusy) {
      liveness.set("lost");
    } else {
      pause = why.retryAfter === undefined ? NO_ROOM : why.retryAfter * 1_000;
      liveness.refuse(why, Date.now() + pause);
      // Not live, but better than nothing.
      await look(queries);
    }
    if (!ended.signal.aborted) again = setTimeout(open, pause);
  };
  open();
  return () => {
    ended.abort();
    clearTimeout(again);
    source.close();
  };
}

/** After a restart a link may look as before, and yet have a gap in its history. */
function askAnew(queries: QueryClient): void {
  for (const about of ["history", "certificates", "advice"]) {
    void queries.invalidateQueries({ queryKey: [about] });
  }
}

/** What the server says about a stream it refuses, which a browser keeps to itself; nothing when it would be let in now. */
async function whyRefused(url: string, ended: AbortSignal): Promise<ApiFailure | undefined> {
  const enough = new AbortController();
  try {
    const response = await fetch(url, { signal: AbortSignal.any([enough.signal, ended]) });
    return response.ok ? undefined : refusal(response, await response.json().catch(() => undefined));
  } catch {
    return undefined;
  } finally {
    enough.abort();
  }
}

/** Takes one look at the fleet. */
async function look(queries: QueryClient): Promise<void> {
  try {
    const fleet = await data(api.GET("/api/connections", { params: { query: { secrets: "omit" } } }));
    patchFleet(queries, { complete: true, changed: fleet as Connection[], removed: [] });
  } catch {
    // Then what was known stays.
  }
}

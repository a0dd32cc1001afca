import type { QueryClient } from "@tanstack/react-query";

import { basePath } from "../util/page-meta";
import { api, ApiError, request, unwrap } from "./client";
import { refreshFleet, updateFleet } from "./fleet";
import type { Connection, ConnectionsEvent } from "./schema";
import { checkSession, onSession } from "./session";
import { streamState } from "./stream-state";

/** The least time between two events under sustained change, in milliseconds: rendering a large fleet is expensive. */
const MIN_INTERVAL = 2_000;

/** The delay before the stream is opened again after the server refused it, in milliseconds. */
const RETRY_DELAY = 2_000;

/** The same when a limit was reached and the server gave no `Retry-After`, in milliseconds. */
const LIMIT_RETRY_DELAY = 15_000;

const PATH = `/api/events?pause=${MIN_INTERVAL}`;

/**
 * Follows the server's event stream into the query cache while there is a session. It starts with the session and not
 * with the page: the server prepares the first event while the page renders.
 */
export function followEvents(queries: QueryClient): void {
  let stop: (() => void) | undefined;
  onSession(queries, (isActive) => {
    stop?.();
    stop = isActive ? openStream(queries) : undefined;
  });
}

/**
 * Follows the stream until the returned function is called.
 *
 * After a lost connection the browser reconnects by itself and sends the last event id. After a refusal
 * it gives up, so the retry is ours.
 */
function openStream(queries: QueryClient): () => void {
  let source: EventSource;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let isRefused = false;
  let wasInterrupted = false;
  let isComplete = false;
  const stopped = new AbortController();
  const open = () => {
    source = new EventSource(`${basePath}${PATH}`);
    source.addEventListener("open", () => {
      isRefused = false;
      streamState.set("live");
    });
    source.addEventListener("connections", (event) => {
      streamState.set("live");
      const data = JSON.parse(event.data) as ConnectionsEvent;
      updateFleet(queries, data);
      // A group may let the user see other connections than before, and do other things with them.
      if (data.complete && isComplete) void checkSession(queries);
      isComplete ||= data.complete;
      if (wasInterrupted) refetchDetails(queries);
      wasInterrupted = false;
    });
    source.addEventListener("plugins", () => {
      void queries.invalidateQueries({ queryKey: ["plugins"] });
      // Advice depends on plugins: it may say that a connection's TLS settings are not used.
      void queries.invalidateQueries({ queryKey: ["advice"] });
    });
    source.addEventListener("error", () => {
      wasInterrupted = true;
      // While refused, `reconnect` sets the state once it knows the reason.
      if (!isRefused) streamState.set("lost");
      void checkSession(queries);
      if (source.readyState === EventSource.CLOSED) void reconnect();
    });
  };
  const reconnect = async () => {
    const refusal = await fetchRefusal(stopped.signal);
    if (stopped.signal.aborted) return;
    isRefused = refusal?.isOverloaded ?? false;
    let delay = RETRY_DELAY;
    if (!refusal?.isOverloaded) {
      streamState.set("lost");
    } else {
      delay = refusal.retryAfter === undefined ? LIMIT_RETRY_DELAY : refusal.retryAfter * 1_000;
      streamState.refuse(refusal, Date.now() + delay);
      // Without a stream, the page is at least as current as the latest attempt that succeeded.
      await refreshFleet(queries, fetchFleet, () => stopped.signal.aborted).catch(() => undefined);
    }
    if (!stopped.signal.aborted) retryTimer = setTimeout(open, delay);
  };
  open();
  return () => {
    stopped.abort();
    clearTimeout(retryTimer);
    source.close();
  };
}

/** After a restart of the server a link may have the same status, and yet a gap in its history. What failed is repeated. */
function refetchDetails(queries: QueryClient): void {
  void queries.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
  for (const key of ["history", "certificates", "advice"]) void queries.invalidateQueries({ queryKey: [key] });
}

/** Why the server refuses the stream, which `EventSource` does not expose; undefined when it no longer does. */
async function fetchRefusal(stopped: AbortSignal): Promise<ApiError | undefined> {
  const probe = new AbortController();
  try {
    await request(PATH, { signal: AbortSignal.any([probe.signal, stopped]) });
    return undefined;
  } catch (error) {
    return error instanceof ApiError && !error.isUnreachable ? error : undefined;
  } finally {
    probe.abort();
  }
}

const fetchFleet = async (): Promise<readonly Connection[]> =>
  (await unwrap(api.GET("/api/connections", { params: { query: { secrets: "omit" } } }))) as Connection[];

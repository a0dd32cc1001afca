import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";

/** How often to poll while the server is ready, and while it is not, in milliseconds. */
const [READY_INTERVAL, NOT_READY_INTERVAL] = [60_000, 5_000];

/** Why the server is not ready, in its own words; empty while it is. */
export const readinessQuery = queryOptions({
  queryKey: ["readiness"],
  queryFn: async () => {
    const { error } = await api.GET("/readyz");
    return error?.reasons ?? [];
  },
  // Polled, because no event reports it: a server that can't store anything may not be able to send events
  // either.
  refetchInterval: ({ state }) => (state.data?.length ? NOT_READY_INTERVAL : READY_INTERVAL),
});

import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";

/** How often to ask while all is well, and while it is not, in milliseconds. */
const [READY_INTERVAL, NOT_READY_INTERVAL] = [60_000, 5_000];

/** Why haltere can't do its work, in its own words; nothing while all is well. */
export const readinessQuery = queryOptions({
  queryKey: ["readiness"],
  queryFn: async () => {
    const { error } = await api.GET("/readyz");
    return error?.reasons ?? [];
  },
  // No event tells of it: what is wrong may be what events are made of.
  refetchInterval: ({ state }) => (state.data?.length ? NOT_READY_INTERVAL : READY_INTERVAL),
});

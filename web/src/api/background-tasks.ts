import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";

/** How often to poll, in milliseconds. No event reports a run. */
const INTERVAL = 10_000;

/** What the server does in the background. */
export const backgroundTasksQuery = queryOptions({
  queryKey: ["background-tasks"],
  queryFn: () => unwrap(api.GET("/api/system/tasks")),
  refetchInterval: INTERVAL,
});

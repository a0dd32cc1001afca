import { infiniteQueryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import type { paths } from "./schema";

type Parameters = NonNullable<paths["/api/activity"]["get"]["parameters"]["query"]>;

/** Which entries to list; `period` is how far back, in milliseconds. */
export interface ActivityFilter extends Pick<Parameters, "kind" | "user" | "connection"> {
  readonly period?: number | undefined;
}

/** The latest changes, newest first, in pages. */
export const activityQuery = ({ period, ...filter }: ActivityFilter) =>
  infiniteQueryOptions({
    queryKey: ["activity", filter, period],
    queryFn: async ({ pageParam }) => {
      const since = period === undefined ? {} : { since: Date.now() - period };
      const cursor = pageParam === undefined ? {} : { cursor: pageParam };
      const request = api.GET("/api/activity", { params: { query: { ...filter, ...since, ...cursor } } });
      const entries = await unwrap(request);
      const { response } = await request;
      return { entries, next: response.headers.get("X-Next-Cursor") ?? undefined };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
    gcTime: 0,
  });

import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions } from "@tanstack/react-query";

import type { ActivityPage } from "./activity-pages";
import { withNewest } from "./activity-pages";
import { api, unwrap } from "./client";
import type { paths } from "./schema";

type Parameters = NonNullable<paths["/api/activity"]["get"]["parameters"]["query"]>;

/** Which entries to list; `period` is how far back, in milliseconds, and `label` a selector. */
export interface ActivityFilter {
  readonly kind?: Parameters["kind"] | undefined;
  readonly user?: string | undefined;
  readonly connection?: string | undefined;
  readonly label?: string | undefined;
  readonly period?: number | undefined;
}

/** The latest changes, newest first, in pages. */
export const activityQuery = (filter: ActivityFilter) =>
  infiniteQueryOptions({
    queryKey: ["activity", filter],
    queryFn: async ({ pageParam }) => page(filter, sinceOf(filter), pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
    gcTime: 0,
  });

/** Requests only the newest page again, and puts what is new in front. Returns false if other pages are being loaded. */
export async function refreshActivity(queries: QueryClient, filter: ActivityFilter): Promise<boolean> {
  const { queryKey } = activityQuery(filter);
  const isLoading = () => queries.isFetching({ queryKey, exact: true }) > 0;
  if (isLoading()) return false;
  const since = sinceOf(filter);
  const newest = await page(filter, since, undefined);
  if (isLoading()) return false;
  queries.setQueryData(queryKey, (data) => {
    if (!data) return undefined;
    const pages = withNewest(data.pages, newest, since);
    return { pages: [...pages], pageParams: [undefined, ...pages.slice(0, -1).map(({ next }) => next)] };
  });
  return true;
}

/** In milliseconds since 1970. */
function sinceOf({ period }: ActivityFilter): number | undefined {
  return period === undefined ? undefined : Date.now() - period;
}

async function page(
  { kind, user, connection, label }: ActivityFilter,
  since: number | undefined,
  cursor: string | undefined,
): Promise<ActivityPage> {
  const query = {
    ...(kind && { kind }),
    ...(user !== undefined && { user }),
    ...(connection !== undefined && { connection }),
    ...(label !== undefined && { label: [label] }),
    ...(since !== undefined && { since }),
    ...(cursor !== undefined && { cursor }),
  };
  const request = api.GET("/api/activity", { params: { query } });
  const entries = await unwrap(request);
  const { response } = await request;
  return { entries, next: response.headers.get("X-Next-Cursor") ?? undefined };
}

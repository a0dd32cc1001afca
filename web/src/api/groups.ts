import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import type { Group, GroupChange, NewGroup } from "./schema";
import { checkSession } from "./session";

const withName = (groupName: string) => ({ params: { path: { groupName } } }) as const;

/** All groups, by name. No event reports a change of them, so a user who comes back to the window gets them again. */
export const groupsQuery = queryOptions({
  queryKey: ["groups"],
  queryFn: async () => Object.values(await unwrap(api.GET("/api/user-management/groups"))),
  refetchOnWindowFocus: true,
});

/** Each change responds with all groups, and may change what the user of this console may do. */
async function updateGroups(queries: QueryClient, change: Promise<Record<string, Group>>): Promise<void> {
  queries.setQueryData(groupsQuery.queryKey, Object.values(await change));
  await checkSession(queries);
}

export const createGroup = (queries: QueryClient, group: NewGroup) =>
  updateGroups(queries, unwrap(api.POST("/api/user-management/groups", { body: group })));

/** Changes the given fields of a group. */
export const changeGroup = (queries: QueryClient, name: string, change: GroupChange) =>
  updateGroups(
    queries,
    unwrap(api.PUT("/api/user-management/groups/{groupName}", { ...withName(name), body: change })),
  );

export const deleteGroup = (queries: QueryClient, name: string) =>
  updateGroups(queries, unwrap(api.DELETE("/api/user-management/groups/{groupName}", withName(name))));

/** A group as it is stored now. */
export const fetchGroup = (name: string): Promise<Group> =>
  unwrap(api.GET("/api/user-management/groups/{groupName}", withName(name)));

import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import type { Invitation, NewUser, Session, User, UserChange } from "./schema";

const withName = (userName: string) => ({ params: { path: { userName } } }) as const;

/** All users. No event reports a change of them. */
export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () => unwrap(api.GET("/api/user-management/users")),
});

/** Each change responds with all users. */
async function updateUsers(queries: QueryClient, change: Promise<User[]>): Promise<void> {
  queries.setQueryData(usersQuery.queryKey, await change);
}

export const createUser = (queries: QueryClient, user: NewUser) =>
  updateUsers(queries, unwrap(api.POST("/api/user-management/users", { body: user })));

/** Changes the given fields of a user. If any differs from what is stored, all sessions of the user end. */
export const changeUser = (queries: QueryClient, name: string, change: UserChange) =>
  updateUsers(queries, unwrap(api.PUT("/api/user-management/users/{userName}", { ...withName(name), body: change })));

export const deleteUser = (queries: QueryClient, name: string) =>
  updateUsers(queries, unwrap(api.DELETE("/api/user-management/users/{userName}", withName(name))));

/** A user as they are stored now. */
export const fetchUser = (name: string): Promise<User> =>
  unwrap(api.GET("/api/user-management/users/{userName}", withName(name)));

/** Makes a link by which the user can set a password; it replaces an earlier one. */
export async function inviteUser(queries: QueryClient, name: string): Promise<Invitation> {
  const invitation = await unwrap(api.POST("/api/user-management/users/{userName}/invitation", withName(name)));
  await queries.invalidateQueries(usersQuery);
  return invitation;
}

/** Removes the second factor of a user and ends their sessions. */
export async function resetSecondFactor(queries: QueryClient, name: string): Promise<void> {
  await unwrap(api.DELETE("/api/user-management/users/{userName}/second-factor", withName(name)));
  await queries.invalidateQueries(usersQuery);
}

/** The sessions of a user, the most recently used first. */
export const userSessionsQuery = (name: string) =>
  queryOptions({
    queryKey: ["user-sessions", name],
    queryFn: () => unwrap(api.GET("/api/user-management/users/{userName}/sessions", withName(name))),
    gcTime: 0,
  });

/** Ends a session of a user; returns the others. */
export const endUserSession = (userName: string, sessionId: string): Promise<Session[]> =>
  unwrap(
    api.DELETE("/api/user-management/users/{userName}/sessions/{sessionId}", {
      params: { path: { userName, sessionId } },
    }),
  );

/** Ends all sessions of a user; returns those that began meanwhile. */
export const endUserSessions = (name: string): Promise<Session[]> =>
  unwrap(api.DELETE("/api/user-management/users/{userName}/sessions", withName(name)));

import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";

import { basePath } from "../util/page-meta";
import { api, ApiError, unwrap } from "./client";
import { clearFleet } from "./fleet";
import type { Permission, Profile } from "./schema";

const KEY = ["profile"];

/** The longest delay between two attempts, in milliseconds. */
const MAX_RETRY_DELAY = 15_000;

/** A session that has ended keeps its user: the pages stay as they are until it is renewed. */
interface SessionState {
  readonly isActive: boolean;
  /** The user, also after the session has ended; null if there was none in this window. */
  readonly profile: Profile | null;
}

const profileQuery = queryOptions({
  queryKey: KEY,
  queryFn: async ({ client }): Promise<SessionState> => {
    const profile = await fetchProfile();
    const before = client.getQueryData<SessionState>(KEY)?.profile;
    // In this window or in another one, an administrator has begun, or stopped, to see haltere as another user.
    if (profile && before && viewOf(before) !== viewOf(profile)) return leavePage();
    if (profile) return { isActive: true, profile };
    return { isActive: false, profile: client.getQueryData<SessionState>(KEY)?.profile ?? null };
  },
  staleTime: Infinity,
  retry: 5,
  retryDelay: (count, error) => {
    const seconds = error instanceof ApiError && error.retryAfter !== undefined ? error.retryAfter : 2 ** count;
    return Math.min(seconds * 1_000, MAX_RETRY_DELAY);
  },
  // Nothing can be shown without the first response, so go on trying.
  refetchInterval: ({ state }) => state.status === "error" && state.data === undefined && MAX_RETRY_DELAY,
});

/** The user whose pages are open; null without one, undefined while loading. */
export function useProfile(): Profile | null | undefined {
  return useQuery(profileQuery).data?.profile;
}

/** The user who is logged in; undefined without one. */
export function currentProfile(queries: QueryClient): Profile | undefined {
  const session = queries.getQueryData<SessionState>(KEY);
  return session?.isActive ? (session.profile ?? undefined) : undefined;
}

/** The user as whom an administrator sees haltere; undefined for a user who sees it as themselves. */
function viewOf({ viewedBy, username }: Profile): string | undefined {
  return viewedBy === undefined ? undefined : username;
}

/** Opens the console again, which discards everything it held. */
async function leavePage(): Promise<never> {
  location.assign(`${basePath}/`);
  return new Promise(() => undefined);
}

/** Whether the server allows an action to the user. The console hides what would be refused. */
export function hasPermission(profile: Profile | null | undefined, permission: Permission): boolean {
  return profile?.permissions.includes(permission) ?? false;
}

/** Whether there is a session; undefined while loading. */
export function useHasSession(): boolean | undefined {
  return useQuery(profileQuery).data?.isActive;
}

/** Why the profile could not be loaded, while it is retried; `retry` does so at once. */
export function useProfileError(): { error: Error | null; retry: () => void } {
  const queries = useQueryClient();
  const { failureReason } = useQuery(profileQuery);
  const retry = () => {
    // Instead of the pending attempt, which may wait for long.
    void queries.cancelQueries({ queryKey: KEY }).then(() => queries.refetchQueries({ queryKey: KEY }));
  };
  return { error: failureReason, retry };
}

/** Requests the profile before the first render, because everything else waits for it. */
export function prefetchProfile(queries: QueryClient): void {
  void queries.prefetchQuery(profileQuery);
}

/** Calls `listener` when a session begins or ends, and when that of another user begins. */
export function onSession(queries: QueryClient, listener: (isActive: boolean) => void): void {
  let user: string | undefined;
  queries.getQueryCache().subscribe(() => {
    const session = queries.getQueryData<SessionState>(KEY);
    const next = session?.isActive ? session.profile?.username : undefined;
    if (next === user) return;
    user = next;
    listener(next !== undefined);
  });
}

async function fetchProfile(): Promise<Profile | null> {
  try {
    return await unwrap(api.GET("/api/profile"));
  } catch (error) {
    if (error instanceof ApiError && error.isUnauthorized) return null;
    throw error;
  }
}

/** Logs in; throws when that fails. A user with a second factor needs a code as well. */
export async function logIn(queries: QueryClient, username: string, password: string, code?: string) {
  const lastUser = queries.getQueryData<SessionState>(KEY)?.profile?.username;
  const body = { username, password, ...(code !== undefined && { code }) };
  await unwrap(api.POST("/auth", { params: { query: { json: "1" } }, body }));
  if (username !== lastUser) clearFleet(queries);
  await queries.invalidateQueries();
}

/** Sets the password of the user who is invited by this token, and returns their name. */
export async function acceptInvitation(token: string, password: string): Promise<string> {
  return (await unwrap(api.POST("/api/invitation", { body: { token, password } }))).username;
}

/**
 * Logs out and leaves the page, which discards everything it held. A session that began with single sign-on ends at the
 * provider, too. Throws if haltere did not log out.
 */
export async function logOut() {
  const { location: next } = await unwrap(api.GET("/logout", { params: { query: { json: "1" } } }));
  location.assign(next.startsWith("/") ? `${basePath}/` : next);
}

/** Lets an administrator see haltere as another user does, and leaves the page. */
export async function viewAs(userName: string) {
  await unwrap(api.POST("/api/view-as", { body: { userName } }));
  await leavePage();
}

/** Ends that, and leaves the page. */
export async function stopViewing() {
  await unwrap(api.DELETE("/api/view-as"));
  await leavePage();
}

/**
 * Requests the profile again; without a session the login page opens. Not repeated while haltere is unreachable: the
 * event stream, which has failed too, calls this at each of its attempts.
 */
export async function checkSession(queries: QueryClient) {
  await queries.fetchQuery({ ...profileQuery, staleTime: 0, retry: false }).catch(() => undefined);
}

/** Marks the initial password as replaced before the profile is requested again. */
export function clearInitialPassword(queries: QueryClient) {
  queries.setQueryData<SessionState>(
    KEY,
    (session) =>
      session && {
        ...session,
        profile: session.profile && { ...session.profile, initialPassword: false, mustChangePassword: false },
      },
  );
}

/** Changes the user's own password and ends their other sessions. */
export async function changePassword(oldPassword: string, password: string) {
  await unwrap(api.PUT("/api/profile", { body: { oldPassword, password } }));
}

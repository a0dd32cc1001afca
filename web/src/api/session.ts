import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";

import { basePath } from "../util/page-meta";
import { api, ApiError, unwrap } from "./client";
import type { Profile } from "./schema";

const KEY = ["profile"];

/** The longest delay between two attempts, in milliseconds. */
const MAX_RETRY_DELAY = 15_000;

const profileQuery = queryOptions({
  queryKey: KEY,
  queryFn: fetchProfile,
  staleTime: Infinity,
  retry: 5,
  retryDelay: (count, error) => {
    const seconds = error instanceof ApiError && error.retryAfter !== undefined ? error.retryAfter : 2 ** count;
    return Math.min(seconds * 1_000, MAX_RETRY_DELAY);
  },
  // Nothing can be shown without the first response, so go on trying.
  refetchInterval: ({ state }) => state.status === "error" && state.data === undefined && MAX_RETRY_DELAY,
});

/** Who is logged in: null when nobody is, undefined while that is not known. */
export function useProfile(): Profile | null | undefined {
  return useQuery(profileQuery).data;
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

/** Asks who is logged in before anything is drawn: everything else waits for the answer. */
export function prefetchProfile(queries: QueryClient): void {
  void queries.prefetchQuery(profileQuery);
}

async function fetchProfile(): Promise<Profile | null> {
  try {
    return await unwrap(api.GET("/api/profile"));
  } catch (failure) {
    if (failure instanceof ApiError && failure.isUnauthorized) return null;
    throw failure;
  }
}

/** Logs in; what went wrong is thrown. */
export async function logIn(queries: QueryClient, username: string, password: string) {
  await unwrap(api.POST("/auth", { params: { query: { json: "1" } }, body: { username, password } }));
  await queries.invalidateQueries();
}

/** Logs out, and forgets what was shown by loading the page anew. */
export async function logOut() {
  await fetch(`${basePath}/logout`, { redirect: "manual" });
  location.assign(`${basePath}/`);
}

/** Asks whether the session is still there, and shows the login when it is not. */
export async function checkSession(queries: QueryClient) {
  await queries.invalidateQueries({ queryKey: KEY });
}

/** The printed password is none any more: known before the server is asked again. */
export function clearInitialPassword(queries: QueryClient) {
  queries.setQueryData<Profile | null>(KEY, (profile) => profile && { ...profile, initialPassword: false });
}

/** Changes one's own password; one's other sessions end. */
export async function changePassword(oldPassword: string, password: string) {
  await unwrap(api.PUT("/api/profile", { body: { oldPassword, password } }));
}

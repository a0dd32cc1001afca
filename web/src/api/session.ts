import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";

import { basePath } from "../app/server";
import { ApiFailure, api, data } from "./client";
import type { Profile } from "./schema";

const KEY = ["profile"];

/** The longest pause before haltere is asked again, in milliseconds. */
const PAUSE = 15_000;

const profile = queryOptions({
  queryKey: KEY,
  queryFn: ask,
  staleTime: Infinity,
  retry: 5,
  retryDelay: (count, failure) => {
    const wished = failure instanceof ApiFailure && failure.retryAfter !== undefined ? failure.retryAfter : 2 ** count;
    return Math.min(wished * 1_000, PAUSE);
  },
  // Nothing else can be shown before the first answer: it is asked for until it comes.
  refetchInterval: ({ state }) => state.status === "error" && state.data === undefined && PAUSE,
});

/** Who is logged in: null when nobody is, undefined while that is not known. */
export function useProfile(): Profile | null | undefined {
  return useQuery(profile).data;
}

/** Why it is not known who is logged in, while haltere is asked again; and how to ask at once. */
export function useProfileFailure(): { failure: Error | null; askNow: () => void } {
  const queries = useQueryClient();
  const { failureReason } = useQuery(profile);
  const askNow = () => {
    // A try that waits for its turn is given up for one that doesn't.
    void queries.cancelQueries({ queryKey: KEY }).then(() => queries.refetchQueries({ queryKey: KEY }));
  };
  return { failure: failureReason, askNow };
}

/** Asks who is logged in before anything is drawn: everything else waits for the answer. */
export function askEarly(queries: QueryClient): void {
  void queries.prefetchQuery(profile);
}

async function ask(): Promise<Profile | null> {
  try {
    return await data(api.GET("/api/profile"));
  } catch (failure) {
    if (failure instanceof ApiFailure && failure.isLoggedOut) return null;
    throw failure;
  }
}

/** Logs in; what went wrong is thrown. */
export async function logIn(queries: QueryClient, username: string, password: string) {
  await data(api.POST("/auth", { params: { query: { json: "1" } }, body: { username, password } }));
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
export function forgetInitialPassword(queries: QueryClient) {
  queries.setQueryData<Profile | null>(KEY, (profile) => profile && { ...profile, initialPassword: false });
}

/** Changes one's own password; one's other sessions end. */
export async function changePassword(oldPassword: string, password: string) {
  await data(api.PUT("/api/profile", { body: { oldPassword, password } }));
}

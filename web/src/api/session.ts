import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useQuery } from "@tanstack/react-query";

import { basePath } from "../app/server";
import { ApiFailure, api, data } from "./client";
import type { Profile } from "./schema";

const KEY = ["profile"];

const profile = queryOptions({ queryKey: KEY, queryFn: ask, staleTime: Infinity, retry: 5 });

/** Who is logged in: null when nobody is, undefined while that is not known. */
export function useProfile(): Profile | null | undefined {
  return useQuery(profile).data;
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

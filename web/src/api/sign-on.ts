import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";

/** The ways to log in; asked for by the login page. */
export const signOnQuery = queryOptions({
  queryKey: ["sign-on"],
  queryFn: () => unwrap(api.GET("/api/sign-on")),
  // The next login may be another user's.
  gcTime: 0,
});

/** How single sign-on is set up; for administrators. */
export const signOnSettingsQuery = queryOptions({
  queryKey: ["sign-on-settings"],
  queryFn: () => unwrap(api.GET("/api/sign-on/settings")),
});

/** Asks the provider what a login asks it. */
export const testSignOn = () => unwrap(api.POST("/api/sign-on/test"));

/** Logs the user in whom a proxy has authenticated; the reason if that fails. */
export async function signOnByProxy(): Promise<string | undefined> {
  const { successful, reason } = await unwrap(api.POST("/api/sign-on/header"));
  return successful ? undefined : (reason ?? "sign-on-refused");
}

import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";

/** The user's own sessions, the most recently used first. */
export const ownSessionsQuery = queryOptions({
  queryKey: ["own-sessions"],
  queryFn: () => unwrap(api.GET("/api/profile/sessions")),
});

/** Ends one of the user's own sessions; returns the others. */
export const endSession = (sessionId: string) =>
  unwrap(api.DELETE("/api/profile/sessions/{sessionId}", { params: { path: { sessionId } } }));

/** Ends all of the user's own sessions except the current one. */
export const endOtherSessions = () => unwrap(api.DELETE("/api/profile/sessions"));

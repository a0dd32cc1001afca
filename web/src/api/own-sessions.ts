import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";

/** Where one is logged in, the latest use first. */
export const ownSessionsQuery = queryOptions({
  queryKey: ["own-sessions"],
  queryFn: () => unwrap(api.GET("/api/profile/sessions")),
});

/** Ends one of one's own sessions; the remaining ones come back. */
export const endSession = (sessionId: string) =>
  unwrap(api.DELETE("/api/profile/sessions/{sessionId}", { params: { path: { sessionId } } }));

/** Ends all of one's own sessions but this one. */
export const endOtherSessions = () => unwrap(api.DELETE("/api/profile/sessions"));

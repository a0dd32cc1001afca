import { queryOptions } from "@tanstack/react-query";

import { api, data } from "./client";

/** Where one is logged in, the latest use first. */
export const ownSessions = queryOptions({
  queryKey: ["own-sessions"],
  queryFn: () => data(api.GET("/api/profile/sessions")),
});

/** Ends one of one's own sessions; the remaining ones come back. */
export const endSession = (sessionId: string) =>
  data(api.DELETE("/api/profile/sessions/{sessionId}", { params: { path: { sessionId } } }));

/** Ends all of one's own sessions but this one. */
export const endOtherSessions = () => data(api.DELETE("/api/profile/sessions"));

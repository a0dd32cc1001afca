import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";

import { api, ApiError, unwrap } from "./client";
import type { CreatedToken, NewToken } from "./schema";

/** All application tokens. No event reports a change of them, so a user who comes back to the tab gets them again. */
export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => unwrap(api.GET("/api/tokens")),
  refetchOnWindowFocus: true,
});

/** The tokens that act for the user. A user who comes back to the tab gets them again, too. */
export const ownTokensQuery = queryOptions({
  queryKey: ["own-tokens"],
  queryFn: () => unwrap(api.GET("/api/profile/tokens")),
  refetchOnWindowFocus: true,
});

/** Whether a request failed because the plugin is off. */
export function areTokensOff(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 404 && error.message === "Plugin not found";
}

/** Creates a token. Only this response has its secret. */
export async function createToken(queries: QueryClient, token: NewToken): Promise<CreatedToken> {
  const created = await unwrap(api.POST("/api/tokens", { body: token }));
  const { token: _secret, ...info } = created;
  queries.setQueryData(tokensQuery.queryKey, (tokens) => tokens && [...tokens, info]);
  void queries.invalidateQueries(ownTokensQuery);
  return created;
}

/** Revokes a token, also one that another user has revoked meanwhile. */
export async function revokeToken(queries: QueryClient, tokenHash: string): Promise<void> {
  const params = { path: { tokenHash } };
  queries.setQueryData(tokensQuery.queryKey, await unwrap(api.DELETE("/api/tokens/{tokenHash}", { params })));
  void queries.invalidateQueries(ownTokensQuery);
}

/** Revokes one of the user's own tokens, also one that another user has revoked meanwhile. */
export async function revokeOwnToken(queries: QueryClient, tokenHash: string): Promise<void> {
  const params = { path: { tokenHash } };
  try {
    const left = await unwrap(api.DELETE("/api/profile/tokens/{tokenHash}", { params }));
    queries.setQueryData(ownTokensQuery.queryKey, left);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404 && error.message === "Token not found")) throw error;
    await queries.refetchQueries(ownTokensQuery);
  }
  void queries.invalidateQueries(tokensQuery);
}

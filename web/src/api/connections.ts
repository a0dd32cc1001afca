import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";

import { api, data } from "./client";
import { patchFleet } from "./fleet";
import type { Connection, ConnectionInput, ConnectionPatch } from "./schema";

const at = (connectionId: string) => ({ params: { path: { connectionId } } }) as const;

/**
 * The link's latest status changes, newest first. A new status, a new query. The time alone does not tell: a link
 * that comes back after a restart has the time it had before.
 */
export const history = ({ id, status }: Connection) =>
  queryOptions({
    queryKey: ["history", id, status?.timestamp, status?.state],
    queryFn: () => data(api.GET("/api/connections/{connectionId}/history", at(id))),
    placeholderData: (before) => before,
    gcTime: 0,
  });

/**
 * The certificates on both sides. Asked for anew whenever the link was dialled: the broker may have shown
 * another one, though it fails in the same way.
 */
export const certificates = ({ id, status }: Connection) =>
  queryOptions({
    queryKey: ["certificates", id, status?.timestamp, status?.attempt],
    queryFn: () => data(api.GET("/api/connections/{connectionId}/certificates", at(id))),
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
    gcTime: 0,
  });

/** What to try about a link's present failure, or what could be better. `code` and `stamp` are those of its status: another one, another query. */
export const advice = (id: string, code: string | undefined, stamp: number) =>
  queryOptions({
    queryKey: ["advice", id, code, stamp],
    queryFn: () => data(api.GET("/api/connections/{connectionId}/advice", at(id))),
    placeholderData: (before) => before,
    gcTime: 0,
  });

export const connect = (id: string) => data(api.POST("/api/connections/{connectionId}/connect", at(id)));

export const disconnect = (id: string) => data(api.POST("/api/connections/{connectionId}/disconnect", at(id)));

/** A connection as it is stored, to be edited, and the tag of that version. */
export const version = (id: string) =>
  queryOptions({
    queryKey: ["version", id],
    queryFn: async () => {
      const request = api.GET("/api/connections/{connectionId}", {
        params: { path: { connectionId: id }, query: { secrets: "omit" } },
      });
      const connection = await data(request);
      const { response } = await request;
      return { connection, tag: strongTag(response.headers.get("ETag")) };
    },
    staleTime: Infinity,
    gcTime: 0,
  });

/** The server's tag; proxies that compress answers make a weak one of it, or put a word behind it. */
export function strongTag(tag: string | null): string | undefined {
  return tag?.replace(/^W\//, "").replace(/-(gzip|br|zstd)"$/, '"');
}

/** The header that makes a change one of the version with this tag, or none. */
const ifMatch = (tag: string | undefined) => (tag === undefined ? {} : { header: { "If-Match": tag } });

/** The answer, all remaining connections, is not needed: the event stream tells. */
export const remove = (id: string) => data(api.DELETE("/api/connections/{connectionId}", at(id)));

/**
 * Creates a connection. `reason` says why its broker could not be reached; the connection is stored all
 * the same. The fleet knows it at once: what opens next is its page, and the event may come later.
 */
export async function create(queries: QueryClient, input: ConnectionInput): Promise<{ id: string; reason?: string }> {
  const answer = await data(api.POST("/api/connections", { params: { query: { secrets: "omit" } }, body: input }));
  const isUp = Array.isArray(answer);
  const created = isUp
    ? (answer as Connection[]).find(({ name }) => name === input.name?.trim())
    : (answer.connection as Connection);
  if (created) patchFleet(queries, { complete: false, changed: [created], removed: [] });
  const id = created?.id ?? input.id ?? "";
  return isUp ? { id } : { id, reason: created?.status?.error?.message ?? answer.message };
}

/** Puts another connection in the place of one, also of one that can't be read. */
export const replace = (id: string, input: ConnectionInput, tag: string | undefined) =>
  data(
    api.PUT("/api/connections/{connectionId}", {
      params: { path: { connectionId: id }, query: { secrets: "omit" }, ...ifMatch(tag) },
      body: input,
    }),
  );

/** Changes a connection; what is left out stays. With a tag, only that version of it. */
export const patch = (id: string, change: ConnectionPatch, tag?: string) =>
  data(
    api.PATCH("/api/connections/{connectionId}", {
      params: { path: { connectionId: id }, query: { secrets: "omit" }, ...ifMatch(tag) },
      body: change,
    }),
  );

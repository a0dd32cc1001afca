import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import { updateFleet } from "./fleet";
import type { Connection, ConnectionInput, ConnectionPatch } from "./schema";

const withId = (connectionId: string) => ({ params: { path: { connectionId } } }) as const;

/**
 * The latest status changes of a link, newest first. A new status invalidates the query. The time alone is not
 * enough: a link that is up again after a restart keeps its time.
 */
export const historyQuery = ({ id, status }: Connection) =>
  queryOptions({
    queryKey: ["history", id, status?.timestamp, status?.state],
    queryFn: () => unwrap(api.GET("/api/connections/{connectionId}/history", withId(id))),
    placeholderData: (before) => before,
    gcTime: 0,
  });

/**
 * The certificates on both sides. Asked for anew whenever the link was dialled: the broker may have shown
 * another one, though it fails in the same way.
 */
export const certificatesQuery = ({ id, status }: Connection) =>
  queryOptions({
    queryKey: ["certificates", id, status?.timestamp, status?.attempt],
    queryFn: () => unwrap(api.GET("/api/connections/{connectionId}/certificates", withId(id))),
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
    gcTime: 0,
  });

/** What to try about a link's present failure, or what could be better. `code` and `stamp` are those of its status: another one, another query. */
export const adviceQuery = (id: string, code: string | undefined, stamp: number) =>
  queryOptions({
    queryKey: ["advice", id, code, stamp],
    queryFn: () => unwrap(api.GET("/api/connections/{connectionId}/advice", withId(id))),
    placeholderData: (before) => before,
    gcTime: 0,
  });

export const connectLink = (id: string) => unwrap(api.POST("/api/connections/{connectionId}/connect", withId(id)));

export const disconnectLink = (id: string) =>
  unwrap(api.POST("/api/connections/{connectionId}/disconnect", withId(id)));

/** A connection as it is stored, to be edited, and the tag of that version. */
export const storedConnectionQuery = (id: string) =>
  queryOptions({
    queryKey: ["version", id],
    queryFn: async () => {
      const request = api.GET("/api/connections/{connectionId}", {
        params: { path: { connectionId: id }, query: { secrets: "omit" } },
      });
      const connection = await unwrap(request);
      const { response } = await request;
      return { connection, tag: strongETag(response.headers.get("ETag")) };
    },
    staleTime: Infinity,
    gcTime: 0,
  });

/** The server's tag; proxies that compress answers make a weak one of it, or put a word behind it. */
export function strongETag(tag: string | null): string | undefined {
  return tag?.replace(/^W\//, "").replace(/-(gzip|br|zstd)"$/, '"');
}

/** The header that makes a change one of the version with this tag, or none. */
const ifMatch = (tag: string | undefined) => (tag === undefined ? {} : { header: { "If-Match": tag } });

/** The answer, all remaining connections, is not needed: the event stream tells. */
export const deleteConnection = (id: string) => unwrap(api.DELETE("/api/connections/{connectionId}", withId(id)));

/**
 * Creates a connection. `reason` says why its broker could not be reached; the connection is stored all
 * the same. The fleet knows it at once: what opens next is its page, and the event may come later.
 */
export async function createConnection(
  queries: QueryClient,
  input: ConnectionInput,
): Promise<{ id: string; reason?: string }> {
  const answer = await unwrap(api.POST("/api/connections", { params: { query: { secrets: "omit" } }, body: input }));
  const isUp = Array.isArray(answer);
  const created = isUp
    ? (answer as Connection[]).find(({ name }) => name === input.name?.trim())
    : (answer.connection as Connection);
  if (created) updateFleet(queries, { complete: false, changed: [created], removed: [] });
  const id = created?.id ?? input.id ?? "";
  return isUp ? { id } : { id, reason: created?.status?.error?.message ?? answer.message };
}

/** Puts another connection in the place of one, also of one that can't be read. */
export const replaceConnection = (id: string, input: ConnectionInput, tag: string | undefined) =>
  unwrap(
    api.PUT("/api/connections/{connectionId}", {
      params: { path: { connectionId: id }, query: { secrets: "omit" }, ...ifMatch(tag) },
      body: input,
    }),
  );

/** Changes a connection; what is left out stays. With a tag, only that version of it. */
export const patchConnection = (id: string, change: ConnectionPatch, tag?: string) =>
  unwrap(
    api.PATCH("/api/connections/{connectionId}", {
      params: { path: { connectionId: id }, query: { secrets: "omit" }, ...ifMatch(tag) },
      body: change,
    }),
  );

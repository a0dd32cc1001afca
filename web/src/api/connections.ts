import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";

import { runForEach } from "../util/run-for-each";
import { api, ApiError, unwrap } from "./client";
import { updateFleet } from "./fleet";
import type { Connection, ConnectionError, ConnectionInput, ConnectionPatch, LastChange } from "./schema";

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
 * The certificates of both sides. Requested again after every attempt: the broker may present another
 * certificate and still fail in the same way.
 */
export const certificatesQuery = ({ id, status }: Connection) =>
  queryOptions({
    queryKey: ["certificates", id, status?.timestamp, status?.attempt],
    queryFn: () => unwrap(api.GET("/api/connections/{connectionId}/certificates", withId(id))),
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
    gcTime: 0,
  });

/**
 * Advice on a link's current failure, or on what could be improved. `code` and `changedAt` are those of its
 * status, so that a new status invalidates the query.
 */
export const adviceQuery = (id: string, code: string | undefined, changedAt: number) =>
  queryOptions({
    queryKey: ["advice", id, code, changedAt],
    queryFn: () => unwrap(api.GET("/api/connections/{connectionId}/advice", withId(id))),
    placeholderData: (before) => before,
    gcTime: 0,
  });

export const connectLink = (id: string) => unwrap(api.POST("/api/connections/{connectionId}/connect", withId(id)));

export const disconnectLink = (id: string) =>
  unwrap(api.POST("/api/connections/{connectionId}/disconnect", withId(id)));

/** A stored connection to edit, with the ETag of that version. */
export interface StoredVersion {
  readonly connection: Connection;
  readonly tag: string | undefined;
}

export const storedConnectionQuery = (id: string) =>
  queryOptions({
    queryKey: ["version", id],
    queryFn: () => fetchStoredVersion(id),
    staleTime: Infinity,
    gcTime: 0,
  });

async function fetchStoredVersion(id: string): Promise<StoredVersion> {
  const request = api.GET("/api/connections/{connectionId}", {
    params: { path: { connectionId: id }, query: { secrets: "omit" } },
  });
  const connection = await unwrap(request);
  const { response } = await request;
  return { connection, tag: strongETag(response.headers.get("ETag")) };
}

/**
 * Changes the given fields of a connection, only while it is stored as the user has seen it; returns the ETag of the
 * new version. Whether its link is meant to be up does not matter, and the stored secrets are not part of what was seen.
 */
export async function patchSeenConnection(seen: Connection, change: ConnectionPatch): Promise<string | undefined> {
  const { connection, tag } = await fetchStoredVersion(seen.id);
  if (settingsOf(connection) !== settingsOf(seen)) {
    throw new ApiError(412, "PRECONDITION_FAILED", "the connection was changed meanwhile");
  }
  return patchConnection(seen.id, change, tag);
}

/** The stored versions of connections that could not be changed as seen, without those that are deleted. */
export async function fetchLatest(seen: readonly Connection[]): Promise<Connection[]> {
  const latest = new Map(seen.map((connection) => [connection.id, connection]));
  const failed = await runForEach(seen, async ({ id }) => latest.set(id, (await fetchStoredVersion(id)).connection));
  for (const { item, error } of failed) if (error instanceof ApiError && error.status === 404) latest.delete(item.id);
  return [...latest.values()];
}

/** What is configured, without the state of the link and of the broker, to compare. */
function settingsOf({ status: _status, broker: _broker, ...settings }: Connection): string {
  return JSON.stringify(settings);
}

/** What is stored instead of the version that an edit started from, and the last change of it. */
export interface EditConflict {
  readonly latest: StoredVersion;
  readonly lastChange: LastChange | undefined;
}

/** The conflict of an edit that started from the version with an ETag; undefined if that is still the stored one. */
export async function fetchEditConflict(id: string, tag: string | undefined): Promise<EditConflict | undefined> {
  try {
    // A patch that changes nothing only checks the version.
    await patchConnection(id, {}, tag);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError && error.isEditConflict)) throw error;
    return { latest: await fetchStoredVersion(id), lastChange: error.lastChange };
  }
}

/** The server's ETag. Proxies that compress make it weak or append a suffix. */
export function strongETag(tag: string | null): string | undefined {
  return tag?.replace(/^W\//, "").replace(/-(gzip|br|zstd)"$/, '"');
}

/** The header that limits a change to the version with this ETag. */
const ifMatch = (tag: string | undefined) => (tag === undefined ? {} : { header: { "If-Match": tag } });

/** The response lists all remaining connections; it is not used, as the event stream reports the deletion. */
export const deleteConnection = (id: string) => unwrap(api.DELETE("/api/connections/{connectionId}", withId(id)));

/**
 * Creates a connection. It is stored even if its broker can't be reached; `reason` says why. The connection
 * goes into the fleet right away, because its page opens next and the event may arrive later.
 */
export async function createConnection(
  queries: QueryClient,
  input: ConnectionInput,
): Promise<{ id: string; failure?: ConnectionError | undefined; reason?: string }> {
  const answer = await unwrap(api.POST("/api/connections", { params: { query: { secrets: "omit" } }, body: input }));
  const isUp = Array.isArray(answer);
  const created = isUp
    ? (answer as Connection[]).find(({ name }) => name === input.name?.trim())
    : (answer.connection as Connection);
  if (created) updateFleet(queries, { complete: false, changed: [created], removed: [] });
  const id = created?.id ?? input.id ?? "";
  return isUp ? { id } : { id, failure: created?.status?.error, reason: answer.message };
}

/** Replaces a connection, including one that can't be read. */
export const replaceConnection = (id: string, input: ConnectionInput, tag: string | undefined) =>
  unwrap(
    api.PUT("/api/connections/{connectionId}", {
      params: { path: { connectionId: id }, query: { secrets: "omit" }, ...ifMatch(tag) },
      body: input,
    }),
  );

/**
 * Changes the given fields of a connection; returns the ETag of the new version. With an ETag, only if that is
 * still its version.
 */
export async function patchConnection(id: string, change: ConnectionPatch, tag?: string): Promise<string | undefined> {
  const request = api.PATCH("/api/connections/{connectionId}", {
    params: { path: { connectionId: id }, query: { secrets: "omit" }, ...ifMatch(tag) },
    body: change,
  });
  await unwrap(request);
  return strongETag((await request).response.headers.get("ETag"));
}

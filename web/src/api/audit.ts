import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { basePath } from "../util/page-meta";
import type { AuditPage } from "./audit-pages";
import { withNewer } from "./audit-pages";
import { api, unwrap } from "./client";
import type { AuditEntry, paths } from "./schema";

type Parameters = NonNullable<paths["/api/audit"]["get"]["parameters"]["query"]>;

/** Which entries to list; `period` is how far back, in milliseconds, unless `since` says since when. */
export interface AuditFilter extends Omit<Parameters, "limit" | "cursor" | "format"> {
  readonly period?: number | undefined;
}

/** Where a page begins; all pages begin the period at the same time. */
interface PageStart {
  readonly since: number | undefined;
  readonly cursor?: string;
}

/** The entries of the audit trail, newest first, in pages. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: async ({ pageParam }) => page(filter, pageParam),
    initialPageParam: undefined as PageStart | undefined,
    getNextPageParam: ({ since, next }) => (next === undefined ? undefined : { since, cursor: next }),
    placeholderData: (before) => before,
    gcTime: 0,
  });

/** Requests only the newest page again. Returns how many entries are new; undefined if there are too many to join. */
export async function refreshAudit(queries: QueryClient, filter: AuditFilter): Promise<number | undefined> {
  const { queryKey } = auditQuery(filter);
  const newest = await page(filter, undefined);
  let count: number | undefined;
  queries.setQueryData(queryKey, (data) => {
    if (!data) return undefined;
    const pages = withNewer(data.pages, newest);
    const [first] = data.pages;
    count =
      pages.length < data.pages.length ? undefined : (pages[0]?.entries.length ?? 0) - (first?.entries.length ?? 0);
    const starts = pages
      .slice(0, -1)
      .map(({ since, next }) => ({ since, ...(next !== undefined && { cursor: next }) }));
    return { pages: [...pages], pageParams: [undefined, ...starts] };
  });
  return count;
}

/** The entry about the latest deletion of a connection; null if there is none. */
export const deletionQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["deletion", connectionId],
    queryFn: async () => {
      const filter = { object: connectionId, action: "connection.delete", outcome: "success" } as const;
      const query = { ...filter, objectKind: "connection", limit: 1 } as const;
      const [entry] = (await unwrap(api.GET("/api/audit", { params: { query } }))) as readonly AuditEntry[];
      return entry ?? null;
    },
    gcTime: 0,
  });

/** The URL of a file with all entries of a filter, which the server makes while it is sent. */
export function auditExportUrl(filter: AuditFilter, format: "csv" | "ndjson"): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(parameters(filter, sinceOf(filter)))) query.set(name, String(value));
  return `${basePath}/api/audit?${query}`;
}

/** In milliseconds since 1970. */
function sinceOf({ period, since }: AuditFilter): number | undefined {
  return since ?? (period === undefined ? undefined : Date.now() - period);
}

function parameters(filter: AuditFilter, since: number | undefined): Parameters {
  const { period: _period, ...conditions } = { ...filter, ...(since !== undefined && { since }) };
  return conditions;
}

async function page(filter: AuditFilter, start: PageStart | undefined): Promise<AuditPage> {
  const { since, cursor } = start ?? { since: sinceOf(filter) };
  const query = { ...parameters(filter, since), ...(cursor !== undefined && { cursor }) };
  const request = api.GET("/api/audit", { params: { query } });
  // The type also has the files that other values of `format` return.
  const entries = (await unwrap(request)) as readonly AuditEntry[];
  const { response } = await request;
  return { entries, since, next: response.headers.get("X-Next-Cursor") ?? undefined };
}

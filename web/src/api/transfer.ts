import { ApiError, request, toApiError, unreachable } from "./client";
import { postStream } from "./post-stream";
import type { ImportReport } from "./schema";

/** The largest file the server accepts, in bytes. */
export const MAX_IMPORT_BYTES = 96 * 1024 * 1024;

/** The progress of an import. */
export interface ImportProgress {
  readonly stage: "checking" | "storing";
  readonly done: number;
  readonly total: number;
}

/** The states of the imported links; `pending` ones have not connected or failed yet. */
export interface LinkCounts {
  readonly connected: number;
  readonly failed: number;
  readonly disconnected: number;
  readonly pending: number;
}

/** An event of an import. */
export type ImportEvent =
  | { readonly event: "progress"; readonly data: ImportProgress }
  | { readonly event: "report"; readonly data: ImportReport }
  | { readonly event: "links"; readonly data: LinkCounts };

/** Only checks the file; imports all or nothing; imports all entries without errors. */
export type ImportMode = "dryRun" | "all" | "onlyGood";

const QUERY = { dryRun: "?dryRun=true", all: "", onlyGood: "?onlyGood=true" } as const;

/**
 * Imports a file, or only checks it. The result is certain once the report arrives: a stream that ends before
 * it throws, one that ends after it just ends.
 */
export async function* importConnections(
  file: Blob,
  mode: ImportMode,
  signal: AbortSignal,
): AsyncGenerator<ImportEvent> {
  let hasReport = false;
  try {
    const path = `/api/connection-import${QUERY[mode]}`;
    for await (const { event, data } of postStream(path, file, signal)) {
      // The status was sent before the error occurred, so an event carries the error.
      if (event === "error") throw toApiError({ status: 200, headers: new Headers() }, JSON.parse(data));
      if (event === "report") hasReport = true;
      if (event === "progress" || event === "report" || event === "links") {
        yield { event, data: JSON.parse(data) } as ImportEvent;
      }
    }
  } catch (error) {
    if (!hasReport) throw error;
  }
  if (!hasReport) throw unreachable("the import broke off");
}

/** The report in an error, if the server could read the file. */
export function rejectedReport(error: unknown): ImportReport | undefined {
  const { body } = error instanceof ApiError ? error : {};
  return typeof body === "object" && body !== null && "report" in body ? (body.report as ImportReport) : undefined;
}

/** All connections as a file, with the name that the server gives it. */
export async function exportConnections(secrets: boolean): Promise<{ file: Blob; name: string }> {
  const response = await request(`/api/connection-export${secrets ? "?secrets=include" : ""}`);
  const name = /filename="([^"/\\]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  return { file: await response.blob(), name: name ?? "connections.json" };
}

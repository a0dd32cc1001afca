import { ApiError, request, toApiError, unreachable } from "./client";
import { postStream } from "./post-stream";
import type { ImportReport } from "./schema";

/** The largest file the server takes, in bytes. */
export const MAX_IMPORT_BYTES = 32 * 1024 * 1024;

/** How far an import is. */
export interface ImportProgress {
  readonly stage: "checking" | "storing";
  readonly done: number;
  readonly total: number;
}

/** How the links of what was imported are; `pending` ones have had no first outcome yet. */
export interface LinkCounts {
  readonly connected: number;
  readonly failed: number;
  readonly disconnected: number;
  readonly pending: number;
}

/** What an import tells while it goes on. */
export type ImportEvent =
  | { readonly event: "progress"; readonly data: ImportProgress }
  | { readonly event: "report"; readonly data: ImportReport }
  | { readonly event: "links"; readonly data: LinkCounts };

/** Only says what would become of a file; imports all of it or nothing; leaves out what is refused. */
export type ImportMode = "dryRun" | "all" | "onlyGood";

const QUERY = { dryRun: "?dryRun=true", all: "", onlyGood: "?onlyGood=true" } as const;

/**
 * Imports a file, or only says what would become of it. Until the report has come nothing
 * is certain: a stream that breaks off before it is thrown, one that breaks off later just ends.
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
      // The stream had begun when it went wrong, so that there was no status to say it with.
      if (event === "error") throw toApiError({ status: 200, headers: new Headers() }, JSON.parse(data));
      if (event === "report") hasReport = true;
      if (event === "progress" || event === "report" || event === "links") {
        yield { event, data: JSON.parse(data) } as ImportEvent;
      }
    }
  } catch (failure) {
    if (!hasReport) throw failure;
  }
  if (!hasReport) throw unreachable("the import broke off");
}

/** The plan in a refusal, when the file could be read. */
export function rejectedReport(failure: unknown): ImportReport | undefined {
  const { body } = failure instanceof ApiError ? failure : {};
  return typeof body === "object" && body !== null && "report" in body ? (body.report as ImportReport) : undefined;
}

/** All connections as a file, and the name the server gives it. */
export async function exportConnections(secrets: boolean): Promise<{ file: Blob; name: string }> {
  const response = await request(`/api/connection-export${secrets ? "?secrets=include" : ""}`);
  const name = /filename="([^"/\\]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  return { file: await response.blob(), name: name ?? "connections.json" };
}

import { basePath } from "../app/server";
import { ApiFailure, refusal } from "./client";
import { postStream } from "./post-stream";
import type { ImportReport } from "./schema";

/** The largest file the server takes, in bytes. */
export const LARGEST_IMPORT = 32 * 1024 * 1024;

/** How far an import is. */
export interface ImportProgress {
  readonly stage: "checking" | "storing";
  readonly done: number;
  readonly total: number;
}

/** How the links of what was imported are; `pending` ones have had no first outcome yet. */
export interface LinksStanding {
  readonly connected: number;
  readonly failed: number;
  readonly disconnected: number;
  readonly pending: number;
}

/** What an import tells while it goes on. */
export type ImportEvent =
  | { readonly event: "progress"; readonly data: ImportProgress }
  | { readonly event: "report"; readonly data: ImportReport }
  | { readonly event: "links"; readonly data: LinksStanding };

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
  let isTold = false;
  try {
    const path = `/api/connection-import${QUERY[mode]}`;
    for await (const { event, data } of postStream(path, file, signal)) {
      // The stream had begun when it went wrong, so that there was no status to say it with.
      if (event === "error") throw refusal({ status: 200, headers: new Headers() }, JSON.parse(data));
      if (event === "report") isTold = true;
      if (event === "progress" || event === "report" || event === "links") {
        yield { event, data: JSON.parse(data) } as ImportEvent;
      }
    }
  } catch (failure) {
    if (!isTold) throw failure;
  }
  if (!isTold) throw new ApiFailure(0, "UNREACHABLE", "the import broke off");
}

/** The plan in a refusal, when the file could be read. */
export function refusedReport(failure: unknown): ImportReport | undefined {
  const { body } = failure instanceof ApiFailure ? failure : {};
  return typeof body === "object" && body !== null && "report" in body ? (body.report as ImportReport) : undefined;
}

/** All connections as a file, and the name the server gives it. */
export async function exportConnections(secrets: boolean): Promise<{ file: Blob; name: string }> {
  const response = await fetch(`${basePath}/api/connection-export${secrets ? "?secrets=include" : ""}`).catch(
    (cause: unknown) => {
      throw new ApiFailure(0, "UNREACHABLE", String(cause));
    },
  );
  if (!response.ok) throw refusal(response, await response.json().catch(() => undefined));
  const name = /filename="([^"/\\]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  return { file: await response.blob(), name: name ?? "connections.json" };
}

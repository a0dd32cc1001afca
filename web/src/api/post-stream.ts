import { basePath } from "../app/server";
import type { ServerSentEvent } from "../util/event-stream";
import { events } from "../util/event-stream";
import { ApiFailure, refusal } from "./client";

/** Posts JSON and tells what the server answers, event by event; hanging up ends what it does. */
export async function* postStream(
  path: string,
  body: string | Blob,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const response = await fetch(`${basePath}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body,
    signal,
  }).catch(unreachable);
  if (!response.ok || !response.body) throw refusal(response, await response.json().catch(() => undefined));
  try {
    yield* events(response.body);
  } catch (cause) {
    unreachable(cause);
  }
}

function unreachable(cause: unknown): never {
  throw new ApiFailure(0, "UNREACHABLE", String(cause));
}

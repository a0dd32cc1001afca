import type { ServerSentEvent } from "../util/event-stream";
import { readEvents } from "../util/event-stream";
import { request, unreachable } from "./client";

/** Posts JSON and yields the events of the response; aborting ends the work on the server, too. */
export async function* postStream(
  path: string,
  body: string | Blob,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  const response = await request(path, { method: "POST", headers, body, signal });
  if (!response.body) throw unreachable("the response has no body");
  try {
    yield* readEvents(response.body);
  } catch (cause) {
    throw unreachable(cause);
  }
}

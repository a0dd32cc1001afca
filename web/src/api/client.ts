import createClient from "openapi-fetch";

import { basePath } from "../app/server";
import type { paths } from "./schema";

/** Everything the console knows, it knows through this client, which is made from the API's own description. */
export const api = createClient<paths>({ baseUrl: basePath || location.origin });

/** What went wrong with a request, in the server's words where it had any. */
export class ApiFailure extends Error {
  /** `status` is 0 when there was no answer at all; `body` is the answer as it came; `retryAfter` is in seconds. */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body?: unknown,
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = "ApiFailure";
  }

  get isUnreachable(): boolean {
    return this.status === 0;
  }

  /** Somebody else has changed it meanwhile. */
  get isOutdated(): boolean {
    return this.status === 412;
  }

  /** Too much at once, of this caller or of all. */
  get isBusy(): boolean {
    return this.status === 429 || this.status === 503 || this.limit !== undefined;
  }

  /** Which limit was reached, by the server's name for it. */
  get limit(): string | undefined {
    return text(this.body, "limit");
  }

  /** What is wrong where haltere stores things, if that is the cause. */
  get reason(): string | undefined {
    return text(this.body, "reason");
  }

  get isLoggedOut(): boolean {
    return this.status === 401;
  }
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer; anything else is thrown as an {@link ApiFailure}. */
export async function data<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (cause) {
    throw new ApiFailure(0, "UNREACHABLE", cause instanceof Error ? cause.message : String(cause));
  }
  if (!answer.response.ok || answer.error !== undefined) {
    throw refusal(answer.response, answer.error);
  }
  return answer.data as T;
}

/** What an answer that is no success says. */
export function refusal({ status, headers }: Pick<Response, "status" | "headers">, body: unknown): ApiFailure {
  const after = Number(headers.get("Retry-After") ?? Number.NaN);
  const retryAfter = Number.isFinite(after) ? after : undefined;
  const [code, message] = [text(body, "code"), text(body, "message")];
  if (code === undefined || message === undefined) {
    return new ApiFailure(status, "UNKNOWN", `HTTP ${status}`, undefined, retryAfter);
  }
  return new ApiFailure(status, code, message, body, retryAfter);
}

/** A text in a body, if it is there. */
function text(body: unknown, name: string): string | undefined {
  const found: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof found === "string" ? found : undefined;
}

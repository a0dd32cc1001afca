import createClient from "openapi-fetch";

import { basePath } from "../util/page-meta";
import { toError } from "../util/to-error";
import type { paths } from "./schema";

/** Everything the console knows, it knows through this client, which is made from the API's own description. */
export const api = createClient<paths>({ baseUrl: basePath || location.origin });

/** What went wrong with a request, in the server's words where it had any. */
export class ApiError extends Error {
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
  get isEditConflict(): boolean {
    return this.status === 412;
  }

  /** Too much at once, of this caller or of all. */
  get isOverloaded(): boolean {
    return this.status === 429 || this.status === 503 || this.limit !== undefined;
  }

  /** Which limit was reached, by the server's name for it. */
  get limit(): string | undefined {
    return stringField(this.body, "limit");
  }

  /** What is wrong where haltere stores things, if that is the cause. */
  get reason(): string | undefined {
    return stringField(this.body, "reason");
  }

  get isUnauthorized(): boolean {
    return this.status === 401;
  }
}

type FetchResult<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer; anything else is thrown as an {@link ApiError}. */
export async function unwrap<T>(request: Promise<FetchResult<T>>): Promise<T> {
  let answer: FetchResult<T>;
  try {
    answer = await request;
  } catch (cause) {
    throw unreachable(cause);
  }
  if (!answer.response.ok || answer.error !== undefined) {
    throw toApiError(answer.response, answer.error);
  }
  return answer.data as T;
}

/** Requests a path below the base path with `fetch`, for what the typed client can't do: streams and files. */
export async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(`${basePath}${path}`, init).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!response.ok) throw toApiError(response, await response.json().catch(() => undefined));
  return response;
}

/** The error when there was no response, or only a part of one. */
export function unreachable(cause: unknown): ApiError {
  return new ApiError(0, "UNREACHABLE", toError(cause).message);
}

/** The error that a response other than a success describes. */
export function toApiError({ status, headers }: Pick<Response, "status" | "headers">, body: unknown): ApiError {
  const after = Number(headers.get("Retry-After") ?? Number.NaN);
  const retryAfter = Number.isFinite(after) ? after : undefined;
  const [code, message] = [stringField(body, "code"), stringField(body, "message")];
  if (code === undefined || message === undefined) {
    return new ApiError(status, "UNKNOWN", `HTTP ${status}`, undefined, retryAfter);
  }
  return new ApiError(status, code, message, body, retryAfter);
}

/** A text in a body, if it is there. */
function stringField(body: unknown, name: string): string | undefined {
  const found: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof found === "string" ? found : undefined;
}

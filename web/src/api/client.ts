import createClient from "openapi-fetch";

import { basePath } from "../util/page-meta";
import { toError } from "../util/to-error";
import type { LastChange, paths, Sentence } from "./schema";

/** The typed client, generated from the API's OpenAPI document. The console has no other source of data. */
export const api = createClient<paths>({ baseUrl: basePath || location.origin });

/** A request that failed, with the server's message where it sent one. */
export class ApiError extends Error {
  /** `status` is 0 without a response; `body` is the parsed body; `retryAfter` is in seconds. */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body?: unknown,
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = "ApiError";
  }

  get isUnreachable(): boolean {
    return this.status === 0;
  }

  /** Another user has changed the resource in the meantime. */
  get isEditConflict(): boolean {
    return this.status === 412;
  }

  /** What is stored can't be read; the field that the message names says why. */
  get isUnreadable(): boolean {
    return this.status === 409 && this.fault !== undefined;
  }

  /** The last change of the resource, if it was changed in the meantime. */
  get lastChange(): LastChange | undefined {
    const { body } = this;
    return typeof body === "object" && body !== null && "lastChange" in body
      ? (body.lastChange as LastChange)
      : undefined;
  }

  /** The message that names the field. Where the message itself is one that other clients know, it is another. */
  get fieldMessage(): string {
    return stringField(this.body, "longError") ?? this.message;
  }

  /** What is wrong with the field that the message names, if the server has a key for it. */
  get fault(): Sentence | undefined {
    const { body } = this;
    return typeof body === "object" && body !== null && "fault" in body ? (body.fault as Sentence) : undefined;
  }

  /** A limit was reached, of this user or of the server. */
  get isOverloaded(): boolean {
    return this.status === 429 || this.status === 503 || this.limit !== undefined;
  }

  /** The server's name for the limit. */
  get limit(): string | undefined {
    return stringField(this.body, "limit");
  }

  /** What is wrong with the server's storage, if that is the cause. */
  get reason(): string | undefined {
    return stringField(this.body, "reason");
  }

  get isUnauthorized(): boolean {
    return this.status === 401;
  }

  /** The password is right, and a code of the second factor is needed, too. */
  get isCodeRequired(): boolean {
    return this.code === "SECOND_FACTOR_REQUIRED";
  }

  /** The password is right, the code of the second factor is not. */
  get isWrongCode(): boolean {
    return this.code === "SECOND_FACTOR_WRONG";
  }
}

type FetchResult<T> = { data?: T; error?: unknown; response: Response };

/** The data of a response; any other response throws an {@link ApiError}. */
export async function unwrap<T>(request: Promise<FetchResult<T>>): Promise<T> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!response.ok || error !== undefined) throw toApiError(response, error);
  return data as T;
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

/** A string field of a body, if it has one. */
function stringField(body: unknown, name: string): string | undefined {
  const found: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof found === "string" ? found : undefined;
}

import createClient from "openapi-fetch";

import { basePath } from "../app/server";
import type { paths } from "./schema";

/** Everything the console knows, it knows through this client, which is made from the API's own description. */
export const api = createClient<paths>({ baseUrl: basePath || location.origin });

/** What went wrong with a request, in the server's words where it had any. */
export class ApiFailure extends Error {
  /** `status` is 0 when there was no answer at all; `body` is the answer as it came. */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body?: unknown,
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
    throw refusal(answer.response.status, answer.error);
  }
  return answer.data as T;
}

/** What an answer that is no success says. */
export function refusal(status: number, body: unknown): ApiFailure {
  if (typeof body === "object" && body !== null && "code" in body && "message" in body) {
    return new ApiFailure(status, String(body.code), String(body.message), body);
  }
  return new ApiFailure(status, "UNKNOWN", `HTTP ${status}`);
}

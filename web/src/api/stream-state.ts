import { useSyncExternalStore } from "react";

import { Store } from "../util/store";
import type { ApiError } from "./client";

/** `connecting` until the first event, `live`, `lost` while the server is unreachable, or `refused` while it is at a limit. */
export type StreamStatus = "connecting" | "live" | "lost" | "refused";

interface StreamState {
  readonly status: StreamStatus;
  /** When `status` last changed, in milliseconds since 1970. */
  readonly since: number;
  /** Why the server refuses the stream. */
  readonly refusal?: ApiError;
  /** When the next attempt starts, in milliseconds since 1970; while refused. */
  readonly nextAttempt?: number;
}

const store = new Store<StreamState>({ status: "connecting", since: Date.now() });

/** The state of the event stream: whether the page shows current data. */
export const streamState = {
  set(status: Exclude<StreamStatus, "refused">) {
    if (status !== store.get().status) store.set({ status, since: Date.now() });
  },
  refuse(refusal: ApiError, nextAttempt: number) {
    const { status, since } = store.get();
    store.set({ status: "refused", since: status === "refused" ? since : Date.now(), refusal, nextAttempt });
  },
};

export function useStreamState(): StreamState {
  return useSyncExternalStore(store.subscribe, store.get);
}

import { useSyncExternalStore } from "react";

import type { ApiFailure } from "./client";

/** `connecting` until the first event, `live`, `lost` while the server is away, or `refused` while it has no room for one more. */
export type Live = "connecting" | "live" | "lost" | "refused";

interface State {
  readonly live: Live;
  /** When `live` became what it is, in milliseconds since 1970. */
  readonly since: number;
  /** Why it is refused. */
  readonly why?: ApiFailure;
  /** When the next try begins, in milliseconds since 1970; while refused. */
  readonly nextTry?: number;
}

let state: State = { live: "connecting", since: Date.now() };
const watchers = new Set<() => void>();

function become(next: State) {
  state = next;
  for (const watcher of watchers) watcher();
}

/** Whether what is shown is up to date. */
export const liveness = {
  set(live: Exclude<Live, "refused">) {
    if (live === state.live) return;
    become({ live, since: Date.now() });
  },
  refuse(why: ApiFailure, nextTry: number) {
    const since = state.live === "refused" ? state.since : Date.now();
    become({ live: "refused", since, why, nextTry });
  },
};

/** Whether what is shown is up to date, and since when. */
export function useLiveness(): State {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}

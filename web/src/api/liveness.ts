import { useSyncExternalStore } from "react";

/** `connecting` until the first event, `live`, or `lost` while the server is away. */
export type Live = "connecting" | "live" | "lost";

interface State {
  readonly live: Live;
  /** When `live` became what it is, in milliseconds since 1970. */
  readonly since: number;
}

let state: State = { live: "connecting", since: Date.now() };
const watchers = new Set<() => void>();

/** Whether what is shown is up to date. */
export const liveness = {
  set(live: Live) {
    if (live === state.live) return;
    state = { live, since: Date.now() };
    for (const watcher of watchers) watcher();
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

import { useSyncExternalStore } from "react";

import { formatDuration } from "../util/format-time";
import { Store } from "../util/store";

// One clock for the page: a thousand rows need no thousand timers.
const clock = new Store(Date.now());
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  const unsubscribe = clock.subscribe(listener);
  if (timer === undefined) {
    // The clock stops while no component uses it.
    clock.set(Date.now());
    timer = setInterval(() => clock.set(Date.now()), 1_000);
  }
  return () => {
    unsubscribe();
    if (clock.isObserved) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The current time, updated every `step` milliseconds. */
export function useNow(step = 1_000): number {
  return useSyncExternalStore(subscribe, () => clock.get() - (clock.get() % step));
}

/** The time since `start` as a short text. Renders only when the text changes, which for most of a fleet is rare. */
export function useElapsed(start: number): string {
  return useSyncExternalStore(subscribe, () => formatDuration(clock.get() - start));
}

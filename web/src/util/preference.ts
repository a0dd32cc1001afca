import { useSyncExternalStore } from "react";

const watchers = new Set<() => void>();

/** A wish of this browser's user that the server need not know: on, until it was switched off. */
function preference(name: string) {
  const key = `haltere.${name}`;
  const read = () => localStorage.getItem(key) !== "off";
  return {
    read,
    set(on: boolean) {
      if (on) localStorage.removeItem(key);
      else localStorage.setItem(key, "off");
      for (const watcher of watchers) watcher();
    },
    use: () => useSyncExternalStore(watch, read),
  };
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Whether single keys do something; whoever dictates, or types by accident, wants them off. */
export const singleKeys = preference("single-keys");

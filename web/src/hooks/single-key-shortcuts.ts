import { useSyncExternalStore } from "react";

import { Store } from "../util/store";

const KEY = "haltere.single-keys";
const OFF = "off";

const store = new Store(localStorage.getItem(KEY) !== OFF);

/** Whether single keys are shortcuts, a setting of this browser. People who dictate, or press keys by accident, turn it off. */
export const singleKeyShortcuts = {
  set(isOn: boolean) {
    if (isOn) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
    store.set(isOn);
  },
  use: () => useSyncExternalStore(store.subscribe, store.get),
};

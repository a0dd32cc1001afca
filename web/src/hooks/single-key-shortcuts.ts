import { useSyncExternalStore } from "react";

import { savePreferences } from "../api/preferences";
import { Store } from "../util/store";

const KEY = "haltere.single-keys";
const OFF = "off";

const store = new Store(localStorage.getItem(KEY) !== OFF);

/** Whether single keys are shortcuts, a setting of the user. People who dictate, or press keys by accident, turn it off. */
export const singleKeyShortcuts = {
  /** Keeps it in this browser. */
  apply(isOn: boolean) {
    if (isOn) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
    store.set(isOn);
  },
  set(isOn: boolean) {
    singleKeyShortcuts.apply(isOn);
    savePreferences({ singleKeyShortcuts: isOn });
  },
  use: () => useSyncExternalStore(store.subscribe, store.get),
};

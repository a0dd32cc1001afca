import { useSyncExternalStore } from "react";

import { savePreferences } from "../api/preferences";
import { Store } from "../util/store";

const KEY = "haltere.rail-collapsed";

const store = new Store(localStorage.getItem(KEY) !== null);

/** Whether the navigation shows only icons. */
export const navigationCollapsed = {
  /** Keeps it in this browser. */
  apply(isOn: boolean) {
    if (isOn) localStorage.setItem(KEY, "");
    else localStorage.removeItem(KEY);
    store.set(isOn);
  },
  set(isOn: boolean) {
    navigationCollapsed.apply(isOn);
    savePreferences({ navigationCollapsed: isOn });
  },
  use: () => useSyncExternalStore(store.subscribe, store.get),
};

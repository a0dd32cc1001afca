import { useSyncExternalStore } from "react";

import { Store } from "../util/store";
import type { details } from "./en-details";
import type { Language } from "./language";

/** Texts by the name of a parameter and their keys. */
export type Details = typeof details;

/** Apart from the messages of the first load, because few failures have a cause of their own. */
const FILES: Readonly<Record<Language, () => Promise<{ readonly details: Details }>>> = {
  en: () => import("./en-details"),
  de: () => import("./de-details"),
};

const store = new Store<Readonly<Partial<Record<Language, Details>>>>({});
const requested = new Set<Language>();

/** Loads the texts of a language, once. */
export function loadDetails(language: Language): void {
  if (requested.has(language)) return;
  requested.add(language);
  FILES[language]().then(
    ({ details }) => store.set({ ...store.get(), [language]: details }),
    // The next time that they are needed, they are requested again.
    () => requested.delete(language),
  );
}

/** The texts of a language, once they are loaded. */
export function useDetails(language: Language): Details | undefined {
  return useSyncExternalStore(store.subscribe, store.get)[language];
}

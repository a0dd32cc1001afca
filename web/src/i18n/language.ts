import { useSyncExternalStore } from "react";

import { Store } from "../util/store";
import type { CoreMessages } from "./en-core";
import { coreMessages } from "./en-core";

/** The supported languages, each by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "haltere.language";

const store = new Store<{ readonly language: Language; readonly messages: CoreMessages }>({
  language: "en",
  messages: coreMessages,
});

/** The language the user chose, else the first of the browser's languages that is supported. */
export function preferredLanguage(): Language {
  const candidates = [localStorage.getItem(KEY), ...navigator.languages];
  for (const candidate of candidates) {
    const language = candidate?.slice(0, 2);
    if (language && language in LANGUAGES) return language as Language;
  }
  return "en";
}

/** Loads the messages of a language and switches to it; `remember` stores it as the user's choice. */
export async function setLanguage(language: Language, remember: boolean): Promise<void> {
  const messages = language === "de" ? (await import("./de-core")).coreMessages : coreMessages;
  if (remember) localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  store.set({ language, messages });
}

/** The messages of the first load in the current language; `usePageMessages` has all. */
export function useMessages(): CoreMessages {
  return useSyncExternalStore(store.subscribe, store.get).messages;
}

export function useLanguage(): Language {
  return useSyncExternalStore(store.subscribe, store.get).language;
}

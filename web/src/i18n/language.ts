import { useSyncExternalStore } from "react";

import { Store } from "../util/store";
import type { CoreMessages } from "./en-core";

/** The supported languages, each by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "haltere.language";

/** Each in a file of its own: nobody reads two languages. */
const FILES: Readonly<Record<Language, () => Promise<{ readonly coreMessages: CoreMessages }>>> = {
  en: () => import("./en-core"),
  de: () => import("./de-core"),
};

/** Nothing is rendered before it has messages. */
const store = new Store<{ readonly language: Language; readonly messages?: CoreMessages }>({ language: "en" });

/** The language the user chose, else the first of the browser's languages that is supported. */
export function preferredLanguage(): Language {
  const candidates = [localStorage.getItem(KEY), ...navigator.languages];
  for (const candidate of candidates) {
    const language = candidate?.slice(0, 2);
    if (language && language in LANGUAGES) return language as Language;
  }
  return "en";
}

/** Whether a tag is that of a supported language. */
export function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(LANGUAGES, tag);
}

/** Loads the messages of a language and switches to it; `remember` stores it as the user's choice. */
export async function setLanguage(language: Language, remember: boolean): Promise<void> {
  const messages = (await FILES[language]()).coreMessages;
  if (remember) localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  store.set({ language, messages });
}

/** The messages of the first load in the current language; `usePageMessages` has all. */
export function useMessages(): CoreMessages {
  const { messages } = useSyncExternalStore(store.subscribe, store.get);
  if (!messages) throw new Error("no language is loaded");
  return messages;
}

export function useLanguage(): Language {
  return useSyncExternalStore(store.subscribe, store.get).language;
}

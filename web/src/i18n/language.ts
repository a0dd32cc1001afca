import { useSyncExternalStore } from "react";

import type { Words } from "./en";
import { en } from "./en";

/** The languages the console speaks, each by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "haltere.language";

interface Spoken {
  readonly language: Language;
  readonly words: Words;
}

let spoken: Spoken = { language: "en", words: en };
const watchers = new Set<() => void>();

/** The language that was chosen, else the first of the browser's that the console speaks. */
export function preferred(): Language {
  const wishes = [localStorage.getItem(KEY), ...navigator.languages];
  for (const wish of wishes) {
    const language = wish?.slice(0, 2);
    if (language && language in LANGUAGES) return language as Language;
  }
  return "en";
}

/** Switches to a language, loading its catalogue first, and remembers it when it was `chosen`. */
export async function speak(language: Language, chosen: boolean): Promise<void> {
  const words = language === "de" ? (await import("./de")).de : en;
  if (chosen) localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  spoken = { language, words };
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The catalogue of the language spoken now. */
export function useWords(): Words {
  return useSyncExternalStore(watch, () => spoken).words;
}

/** The language spoken now. */
export function useLanguage(): Language {
  return useSyncExternalStore(watch, () => spoken).language;
}

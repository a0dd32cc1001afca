import { pageMessages as de } from "./de-pages";
import type { Messages } from "./en";
import type { CoreMessages } from "./en-core";
import { pageMessages as en } from "./en-pages";
import { useLanguage, useMessages } from "./language";

const PAGES = { en, de };

/** By the messages of the first load, so that each render gets the same object. */
const all = new WeakMap<CoreMessages, Messages>();

/**
 * All messages of the current language, for what is loaded after the first page. The first load has only those of
 * `useMessages`.
 */
export function usePageMessages(): Messages {
  const core = useMessages();
  const language = useLanguage();
  let messages = all.get(core);
  if (!messages) all.set(core, (messages = { ...core, ...PAGES[language] }));
  return messages;
}

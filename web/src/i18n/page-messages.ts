import { de } from "./de";
import type { Messages } from "./en";
import { en } from "./en";
import { useLanguage } from "./language";

const MESSAGES = { en, de };

/**
 * All messages of the current language, for what is loaded after the first page. The first load has only those of
 * `useMessages`.
 */
export function usePageMessages(): Messages {
  return MESSAGES[useLanguage()];
}

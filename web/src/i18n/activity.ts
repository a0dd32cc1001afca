import { activityMessages as de } from "./de-activity";
import { activityMessages as en } from "./en-activity";
import type { Language } from "./language";
import { useLanguage } from "./language";

export type ActivityMessages = typeof en;

/** Messages about what has changed. Apart from the other messages, because no page needs them that opens first. */
export const ACTIVITY_MESSAGES: Readonly<Record<Language, ActivityMessages>> = { en, de };

/** {@link ACTIVITY_MESSAGES} in the current language. */
export function useActivityMessages(): ActivityMessages {
  return ACTIVITY_MESSAGES[useLanguage()];
}

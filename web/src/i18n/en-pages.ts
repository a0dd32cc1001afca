import { actionMessages } from "./en-actions";
import { activityMessages } from "./en-activity";
import { connectionMessages } from "./en-connection";
import { settingsMessages } from "./en-settings";

/** The messages of what is loaded after the first page, in English. */
export const pageMessages = {
  ...actionMessages,
  ...activityMessages,
  ...connectionMessages,
  ...settingsMessages,
};

/** Their type in every language. */
export type PageMessages = typeof pageMessages;

import { actionMessages } from "./de-actions";
import { activityMessages } from "./de-activity";
import { connectionMessages } from "./de-connection";
import { settingsMessages } from "./de-settings";
import type { PageMessages } from "./en-pages";

/** The messages of what is loaded after the first page, in German. */
export const pageMessages: PageMessages = {
  ...actionMessages,
  ...activityMessages,
  ...connectionMessages,
  ...settingsMessages,
};

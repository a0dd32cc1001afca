import { actionMessages } from "./de-actions";
import { activityMessages } from "./de-activity";
import { connectionMessages } from "./de-connection";
import { coreMessages } from "./de-core";
import { settingsMessages } from "./de-settings";
import type { Messages } from "./en";

/** All messages in German. */
export const de: Messages = {
  ...coreMessages,
  ...actionMessages,
  ...activityMessages,
  ...connectionMessages,
  ...settingsMessages,
};

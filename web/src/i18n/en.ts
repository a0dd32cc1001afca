import { actionMessages } from "./en-actions";
import { activityMessages } from "./en-activity";
import { connectionMessages } from "./en-connection";
import { coreMessages } from "./en-core";
import { settingsMessages } from "./en-settings";

/** All messages in English. */
export const en = {
  ...coreMessages,
  ...actionMessages,
  ...activityMessages,
  ...connectionMessages,
  ...settingsMessages,
};

/** The type of every catalogue of messages. */
export type Messages = typeof en;

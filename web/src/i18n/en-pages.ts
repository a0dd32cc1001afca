import { actionMessages } from "./en-actions";
import { activityMessages } from "./en-activity";
import { auditMessages } from "./en-audit";
import { connectionMessages } from "./en-connection";
import { groupMessages } from "./en-groups";
import { settingsMessages } from "./en-settings";
import { signOnMessages } from "./en-sign-on";
import { tokenMessages } from "./en-tokens";
import { userMessages } from "./en-users";

/** The messages of what is loaded after the first page, in English. */
export const pageMessages = {
  ...actionMessages,
  ...activityMessages,
  ...auditMessages,
  ...connectionMessages,
  ...groupMessages,
  ...settingsMessages,
  ...signOnMessages,
  ...tokenMessages,
  ...userMessages,
};

/** Their type in every language. */
export type PageMessages = typeof pageMessages;

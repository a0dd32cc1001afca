import { actionMessages } from "./de-actions";
import { activityMessages } from "./de-activity";
import { auditMessages } from "./de-audit";
import { connectionMessages } from "./de-connection";
import { groupMessages } from "./de-groups";
import { settingsMessages } from "./de-settings";
import { signOnMessages } from "./de-sign-on";
import { tokenMessages } from "./de-tokens";
import { userMessages } from "./de-users";
import type { PageMessages } from "./en-pages";

/** The messages of what is loaded after the first page, in German. */
export const pageMessages: PageMessages = {
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

import { useQueryClient } from "@tanstack/react-query";

import type { User, UserChange } from "../../api/schema";
import { changeUser, fetchUser } from "../../api/users";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { usePageMessages } from "../../i18n/page-messages";
import { differingSettings, toUndo } from "../../model/user-draft";

/**
 * Returns a function that says that a user was changed, with an undo. There is none after a new password, which can't be
 * taken back, and none of a change of the own account, which has ended the session.
 */
export function useChangeNotification(): (text: string, change: UserChange, before: User, isOwn: boolean) => void {
  const t = usePageMessages();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  return (text, change, before, isOwn) => {
    if (isOwn || change.password !== undefined) {
      notify(text);
      return;
    }
    const { username } = before;
    const run = async () => {
      const others = differingSettings({ ...before, ...change }, await fetchUser(username));
      if (others.length > 0) {
        throw new Error(t.users.changedMeanwhile(others.map((setting) => t.users.settings[setting]).join(", ")));
      }
      await changeUser(queries, username, toUndo(change, before));
      return [];
    };
    notify(text, { run, done: t.outcome.undone(username) });
  };
}

import { Alert, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { User } from "../../api/schema";
import { changeUser, deleteUser, resetSecondFactor } from "../../api/users";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { useChangeNotification } from "./use-change-notification";

/** Actions that are asked about first. */
export type QuestionedAction = "disable" | "delete" | "resetSecondFactor";

interface Props {
  action: QuestionedAction;
  user: User;
  isOwn: boolean;
  onClose: () => void;
}

/** Asks before a user is disabled or deleted, or loses the second factor. If the server refuses, the dialog says why. */
export function UserActionDialog({ action, user, isOwn, onClose }: Props) {
  const t = usePageMessages();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  const notifyChange = useChangeNotification();
  const { username } = user;
  const run = useMutation({
    mutationFn: () => {
      if (action === "delete") return deleteUser(queries, username);
      if (action === "resetSecondFactor") return resetSecondFactor(queries, username);
      return changeUser(queries, username, { disabled: true });
    },
    onSuccess: () => {
      if (action === "delete") notify(t.users.deleted(username));
      else if (action === "resetSecondFactor") notify(t.users.secondFactorReset(username));
      else notifyChange(t.users.nowDisabled(username), { disabled: true }, user, isOwn);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t.users.ask[action](username)}
      action={{ delete: t.delete, disable: t.users.disable, resetSecondFactor: t.users.reset }[action]}
      isDestructive
      isBusy={run.isPending}
      onConfirm={() => run.mutate()}
      onClose={onClose}
    >
      <Text>{t.users.consequence[action]}</Text>
      {isOwn && <Text mt="sm">{t.users.ownAccount}</Text>}
      {run.error && (
        <Alert color="red" variant="light" role="alert" mt="md">
          {errorText(run.error, t)}
        </Alert>
      )}
    </ConfirmDialog>
  );
}

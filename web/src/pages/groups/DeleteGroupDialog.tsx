import { Alert, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { deleteGroup } from "../../api/groups";
import type { Group } from "../../api/schema";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { ConfirmDialog } from "../../ui/ConfirmDialog";

interface Props {
  group: Group;
  onDeleted: () => void;
  onClose: () => void;
}

/** Asks before a group is deleted. If the server refuses, the dialog says why. */
export function DeleteGroupDialog({ group, onDeleted, onClose }: Props) {
  const t = usePageMessages();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  const { name, users } = group;
  const deletion = useMutation({
    mutationFn: () => deleteGroup(queries, name),
    onSuccess: () => {
      notify(t.groups.deleted(name));
      onDeleted();
    },
  });
  return (
    <ConfirmDialog
      title={t.groups.ask(name)}
      action={t.delete}
      isDestructive
      isBusy={deletion.isPending}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      <Text>{t.groups.consequence(users.length)}</Text>
      {deletion.error && (
        <Alert color="red" variant="light" role="alert" mt="md">
          {t.groups.refusals[deletion.error.message] ?? errorText(deletion.error, t)}
        </Alert>
      )}
    </ConfirmDialog>
  );
}

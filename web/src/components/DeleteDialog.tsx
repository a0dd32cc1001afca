import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";

import { deleteConnection } from "../api/connections";
import type { Connection } from "../api/schema";
import { useErrorNotification } from "../hooks/use-error-notification";
import { useFocusReturn } from "../hooks/use-focus-return";
import { usePageMessages } from "../i18n/page-messages";
import { BusyButton } from "../ui/BusyButton";

interface Props {
  connection: Connection;
  onClose: () => void;
  onDeleted: () => void;
}

/** Deletes a connection once its name has been typed. */
export function DeleteDialog({ connection, onClose, onDeleted }: Props) {
  const t = usePageMessages();
  useFocusReturn();
  const onError = useErrorNotification(t.failed.delete(connection.name));
  const [typed, setTyped] = useState("");
  const deletion = useMutation({
    mutationFn: () => deleteConnection(connection.id),
    onSuccess: () => {
      notifications.show({ message: t.connection.deleted(connection.name) });
      onDeleted();
    },
    onError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    deletion.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={t.connection.deleteTitle} centered>
      <form onSubmit={submit}>
        <Text mb="md">{t.connection.deleteText}</Text>
        <TextInput
          label={t.connection.typeName(connection.name)}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
          <BusyButton
            type="submit"
            color="red"
            disabled={typed.trim() !== connection.name.trim()}
            isBusy={deletion.isPending}
          >
            {t.delete}
          </BusyButton>
        </Group>
      </form>
    </Modal>
  );
}

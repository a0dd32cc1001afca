import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";

import { remove } from "../api/connections";
import type { Connection } from "../api/schema";
import { useFailure } from "../hooks/use-failure";
import { useWords } from "../i18n/language";

interface Props {
  connection: Connection;
  onClose: () => void;
  onDeleted: () => void;
}

/** Deletes a connection, once its name was typed. */
export function DeleteDialog({ connection, onClose, onDeleted }: Props) {
  const words = useWords();
  const onError = useFailure();
  const [typed, setTyped] = useState("");
  const deletion = useMutation({
    mutationFn: () => remove(connection.id),
    onSuccess: () => {
      notifications.show({ message: words.connection.deleted(connection.name) });
      onDeleted();
    },
    onError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    deletion.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={words.connection.deleteTitle} centered>
      <form onSubmit={submit}>
        <Text mb="md">{words.connection.deleteText}</Text>
        <TextInput
          label={words.connection.typeName(connection.name)}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button
            type="submit"
            color="red"
            disabled={typed.trim() !== connection.name.trim()}
            loading={deletion.isPending}
          >
            {words.delete}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

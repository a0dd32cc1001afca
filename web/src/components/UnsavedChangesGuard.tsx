import { Button, Group, Modal, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

import { useFocusReturn } from "../hooks/use-focus-return";
import { usePageMessages } from "../i18n/page-messages";

/** Asks for confirmation before unsaved changes are lost. */
export function UnsavedChangesGuard({ isDirty }: { isDirty: () => boolean }) {
  const t = usePageMessages();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  useFocusReturn(status === "blocked");
  if (status !== "blocked") return null;
  return (
    <Modal opened onClose={reset} title={t.leave.title} centered>
      <Text>{t.leave.text}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" data-autofocus onClick={reset}>
          {t.leave.stay}
        </Button>
        <Button color="red" onClick={proceed}>
          {t.leave.go}
        </Button>
      </Group>
    </Modal>
  );
}

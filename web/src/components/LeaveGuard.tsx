import { Button, Group, Modal, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

import { useWords } from "../i18n/language";

/** Asks before what was typed gets lost. */
export function LeaveGuard({ isDirty }: { isDirty: () => boolean }) {
  const words = useWords();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <Modal opened onClose={reset} title={words.leave.title} centered>
      <Text>{words.leave.text}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" data-autofocus onClick={reset}>
          {words.leave.stay}
        </Button>
        <Button color="red" onClick={proceed}>
          {words.leave.go}
        </Button>
      </Group>
    </Modal>
  );
}

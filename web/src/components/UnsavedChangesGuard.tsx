import { Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

import { usePageMessages } from "../i18n/page-messages";
import { ConfirmDialog } from "../ui/ConfirmDialog";

/** Asks for confirmation before unsaved changes are lost. */
export function UnsavedChangesGuard({ isDirty }: { isDirty: () => boolean }) {
  const t = usePageMessages();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <ConfirmDialog
      title={t.leave.title}
      action={t.leave.go}
      cancel={t.leave.stay}
      isDestructive
      onConfirm={proceed}
      onClose={reset}
    >
      <Text>{t.leave.text}</Text>
    </ConfirmDialog>
  );
}

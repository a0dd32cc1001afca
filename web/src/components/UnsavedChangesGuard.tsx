import { Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

import { usePageMessages } from "../i18n/page-messages";
import { ConfirmDialog } from "../ui/ConfirmDialog";

interface Props {
  isDirty: () => boolean;
  /** The question, and what would be lost, if that is no input. */
  texts?: { readonly title: string; readonly text: string };
}

/** Asks for confirmation before unsaved changes are lost. */
export function UnsavedChangesGuard({ isDirty, texts }: Props) {
  const t = usePageMessages();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <ConfirmDialog
      title={texts?.title ?? t.leave.title}
      action={t.leave.go}
      cancel={t.leave.stay}
      isDestructive
      onConfirm={proceed}
      onClose={reset}
    >
      <Text>{texts?.text ?? t.leave.text}</Text>
    </ConfirmDialog>
  );
}

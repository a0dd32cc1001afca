import { Button, Group, Modal } from "@mantine/core";
import type { ReactNode } from "react";

import { useFocusReturn } from "../hooks/use-focus-return";
import { useMessages } from "../i18n/language";
import { BusyButton } from "./BusyButton";

interface Props {
  /** A question. */
  title: string;
  /** The verb of the button, as in "Delete". */
  action: string;
  /** The button that changes nothing, where "Cancel" is not clear. */
  cancel?: string;
  /** Whether it takes something away. */
  isDestructive?: boolean;
  isBusy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
  /** What will happen. */
  children: ReactNode;
}

/** Asks before something happens. The focus is on the way out. */
export function ConfirmDialog({
  title,
  action,
  cancel,
  isDestructive = false,
  isBusy = false,
  onConfirm,
  onClose,
  children,
}: Props) {
  const t = useMessages();
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title={title} centered>
      {children}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" data-autofocus onClick={onClose}>
          {cancel ?? t.cancel}
        </Button>
        <BusyButton {...(isDestructive && { color: "red" })} isBusy={isBusy} onClick={onConfirm}>
          {action}
        </BusyButton>
      </Group>
    </Modal>
  );
}

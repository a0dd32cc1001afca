import "@mantine/core/styles/Drawer.css";

import { Button, Drawer, Group } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useState } from "react";

import { useFocusReturn } from "../hooks/use-focus-return";
import { usePageMessages } from "../i18n/page-messages";
import { BusyButton } from "./BusyButton";
import { ConfirmDialog } from "./ConfirmDialog";
import classes from "./SidePanel.module.css";

interface Props {
  title: string;
  /** The verb of the button that submits. */
  action: string;
  /** Whether closing would lose something; then it asks. */
  isDirty: boolean;
  isBusy?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  /** The fields. */
  children: ReactNode;
}

/** A form next to the page that it belongs to. On a phone it covers the page. */
export function SidePanel({ title, action, isDirty, isBusy = false, onSubmit, onClose, children }: Props) {
  const t = usePageMessages();
  useFocusReturn();
  const [isAsking, setAsking] = useState(false);
  const close = () => (isDirty ? setAsking(true) : onClose());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <>
      <Drawer
        opened
        onClose={close}
        position="right"
        size="28rem"
        title={title}
        classNames={{ content: classes.content ?? "", body: classes.body ?? "", title: classes.title ?? "" }}
        closeButtonProps={{ "aria-label": t.close }}
      >
        <form className={classes.form} onSubmit={submit}>
          <div className={classes.fields}>{children}</div>
          <Group className={classes.actions} justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.cancel}
            </Button>
            <BusyButton type="submit" isBusy={isBusy}>
              {action}
            </BusyButton>
          </Group>
        </form>
      </Drawer>
      {isAsking && (
        <ConfirmDialog
          title={t.leave.title}
          action={t.leave.go}
          isDestructive
          onConfirm={onClose}
          onClose={() => setAsking(false)}
        >
          {t.leave.text}
        </ConfirmDialog>
      )}
    </>
  );
}

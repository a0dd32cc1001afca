import "@mantine/core/styles/Drawer.css";

import { Button, Drawer, Group } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useRef, useState } from "react";

import { useFrozen } from "../hooks/use-frozen";
import { useFocusReturn } from "../hooks/use-focus-return";
import { usePageMessages } from "../i18n/page-messages";
import { BusyButton } from "./BusyButton";
import { ConfirmDialog } from "./ConfirmDialog";
import classes from "./SidePanel.module.css";

interface Props {
  title: string;
  /** What the panel submits, if it is a form. */
  form?: {
    /** The verb of the button that submits. */
    readonly action: string;
    /** Whether closing would lose something; then it asks. */
    readonly isDirty: boolean;
    readonly isBusy?: boolean;
    readonly onSubmit: () => void;
  };
  /** Whether a dialog is in front of it, which the key Escape closes. */
  isCovered?: boolean;
  onClose: () => void;
  /** The fields, or what the panel shows. */
  children: ReactNode;
}

/** A form, or something to look at, next to the page that it belongs to. On a phone it covers the page. */
export function SidePanel({ title, form, isCovered = false, onClose, children }: Props) {
  const t = usePageMessages();
  useFocusReturn();
  const [isAsking, setAsking] = useState(false);
  const fields = useRef<HTMLDivElement>(null);
  const isBusy = form?.isBusy ?? false;
  useFrozen(fields, isBusy);
  const close = () => (form?.isDirty ? setAsking(true) : onClose());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    form?.onSubmit();
  };
  const content = (
    <>
      <div ref={fields} className={classes.fields} aria-busy={isBusy || undefined}>
        {children}
      </div>
      <Group className={classes.actions} justify="flex-end">
        <Button variant="default" onClick={close}>
          {form ? t.cancel : t.close}
        </Button>
        {form && (
          <BusyButton type="submit" isBusy={isBusy}>
            {form.action}
          </BusyButton>
        )}
      </Group>
    </>
  );
  return (
    <>
      <Drawer
        opened
        onClose={close}
        closeOnEscape={!isAsking && !isCovered}
        position="right"
        size="28rem"
        title={title}
        classNames={{ content: classes.content ?? "", body: classes.body ?? "", title: classes.title ?? "" }}
        closeButtonProps={{ "aria-label": t.close }}
      >
        {form ? (
          <form className={classes.form} onSubmit={submit}>
            {content}
          </form>
        ) : (
          <div className={classes.form}>{content}</div>
        )}
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

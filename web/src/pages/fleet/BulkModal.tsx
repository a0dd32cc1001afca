import { Button, Group, Modal, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useEffect, useRef, useState } from "react";

import type { Connection } from "../../api/schema";
import { BulkFailures } from "../../components/BulkFailures";
import { useFrozen } from "../../hooks/use-frozen";
import { usePageMessages } from "../../i18n/page-messages";
import { BusyButton } from "../../ui/BusyButton";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import type { Failure } from "../../util/run-for-each";

interface Props {
  title: string;
  /** The change; its result is the connections for which it has failed. */
  run: {
    readonly isPending: boolean;
    readonly data: readonly Failure<Connection>[] | undefined;
    readonly mutate: () => void;
  };
  canRun: boolean;
  /** Whether it can be tried again after failures. */
  canRepeat?: boolean;
  /** Whether an earlier run has changed some of them, which closing does not take back. */
  hasChanged?: boolean;
  /** Whether closing would lose what was entered; then it asks. */
  isDirty?: boolean;
  /** How many connections are changed, and how many of them are done. */
  all: number;
  done: number;
  /** The button that starts it. */
  submit: { readonly label: string; readonly color?: string; readonly "data-autofocus"?: boolean };
  /** Called when it closes, with the failures if there were any. */
  onClose: (failed?: readonly Failure<Connection>[]) => void;
  children: ReactNode;
}

/** A dialog that changes many connections, shows the progress, and lists the failures at the end. */
export function BulkModal({
  title,
  run,
  canRun,
  canRepeat = false,
  hasChanged = false,
  isDirty = false,
  all,
  done,
  submit: { label, ...button },
  onClose,
  children,
}: Props) {
  const t = usePageMessages();
  const [isClosing, setClosing] = useState(false);
  const close = () => {
    if (run.isPending) return;
    if (isDirty) setClosing(true);
    else onClose(run.data);
  };
  // The dialog goes with the page, and stays when only the URL's query changes.
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  const isLeaving = leaving.status === "blocked";
  const isAsking = isClosing || isLeaving;
  const fields = useRef<HTMLDivElement>(null);
  useFrozen(fields, run.isPending);
  const failures = useRef<HTMLDivElement>(null);
  // The button that was used may be gone.
  useEffect(() => {
    if (run.data && run.data.length > 0) failures.current?.focus();
  }, [run.data]);
  const isStartable = canRepeat || !run.data;
  return (
    <>
      <Modal
        opened
        onClose={close}
        title={title}
        centered
        size="lg"
        // The button that opened it goes with the selection; the page decides where the focus goes.
        returnFocus={false}
        // Escape belongs to the question.
        {...(isAsking && { closeOnEscape: false })}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (canRun && isStartable && !run.isPending) run.mutate();
          }}
        >
          <div ref={fields} aria-busy={run.isPending || undefined}>
            {children}
          </div>
          <div ref={failures} tabIndex={-1}>
            {run.data && <BulkFailures failed={run.data} succeeded={all - run.data.length} />}
          </div>
          <Group justify="flex-end" mt="lg">
            {run.isPending && <Text size="sm">{t.bulk.progress(done, all)}</Text>}
            <Button variant="default" onClick={close} disabled={run.isPending}>
              {run.data || hasChanged ? t.close : t.cancel}
            </Button>
            {isStartable && (
              <BusyButton type="submit" {...button} disabled={!canRun} isBusy={run.isPending}>
                {label}
              </BusyButton>
            )}
          </Group>
        </form>
      </Modal>
      {isAsking && (
        <ConfirmDialog
          title={t.leave.title}
          action={t.leave.go}
          cancel={t.leave.stay}
          isDestructive
          onConfirm={isLeaving ? leaving.proceed : () => onClose(run.data)}
          onClose={() => {
            setClosing(false);
            if (isLeaving) leaving.reset();
          }}
        >
          <Text>{t.leave.text}</Text>
        </ConfirmDialog>
      )}
    </>
  );
}

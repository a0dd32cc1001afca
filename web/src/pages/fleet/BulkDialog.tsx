import { Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { Connection } from "../../api/schema";
import { usePageMessages } from "../../i18n/page-messages";
import { displayState } from "../../model/display-state";
import { StateBadge } from "../../ui/StateBadge";
import type { Failure } from "../../util/run-for-each";
import { withoutFailures } from "../../util/run-for-each";
import type { BulkAction, BulkRequest } from "./bulk-action";
import { affectedConnections, runBulkAction } from "./bulk-action";
import classes from "./BulkDialog.module.css";
import { BulkModal } from "./BulkModal";
import { useBulkNotification } from "./use-bulk-notification";

interface Props extends BulkRequest {
  action: BulkAction;
  onClose: () => void;
}

/** Lists the connections that an action changes, then runs it. */
export function BulkDialog({ action, connections, onClose, onDone }: Props) {
  const t = usePageMessages();
  // Frozen, so that the user confirms exactly what is listed.
  const [targets] = useState(() => affectedConnections(action, connections));
  const [unaffected] = useState(connections.length - targets.length);
  const [done, setDone] = useState(0);
  const [typed, setTyped] = useState("");
  const notifyDone = useBulkNotification();
  // A single click must not delete many.
  const isConfirmed = action !== "delete" || typed.trim() === String(targets.length);
  const run = useMutation({
    mutationFn: () => runBulkAction(action, targets, setDone),
    onSuccess: (failed) => {
      if (failed.length > 0) return;
      onDone();
      close(failed);
    },
  });
  /** Failures are listed here, so the notification with its undo waits until they have been read. */
  const close = (failed?: readonly Failure<Connection>[]) => {
    onClose();
    const succeeded = failed ? withoutFailures(targets, failed) : [];
    if (succeeded.length > 0) notifyDone(action, succeeded);
  };
  const text = {
    connect: t.bulk.connectText,
    disconnect: t.bulk.disconnectText,
    delete: t.bulk.deleteText,
  };
  return (
    <BulkModal
      title={t.bulk[action](targets.length)}
      run={run}
      canRun={isConfirmed && targets.length > 0}
      all={targets.length}
      done={done}
      submit={
        action === "delete" ? { label: t.delete, color: "red" } : { label: t.fleet[action], "data-autofocus": true }
      }
      onClose={close}
    >
      <Text mb="sm">{text[action]}</Text>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul className={classes.list} tabIndex={0} aria-label={t.bulk[action](targets.length)}>
        {targets.map((connection) => (
          <li key={connection.id}>
            <span className={classes.name}>{connection.name}</span>
            <StateBadge state={displayState(connection)} quiet />
          </li>
        ))}
      </ul>
      {unaffected > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {t.bulk.unchanged(unaffected)}
        </Text>
      )}
      {action === "delete" && !run.data && (
        <TextInput
          mt="md"
          label={t.bulk.typeNumber(targets.length)}
          data-autofocus
          autoComplete="off"
          inputMode="numeric"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
    </BulkModal>
  );
}

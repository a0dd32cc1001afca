import { Button, Group, Modal, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { useWords } from "../../i18n/language";
import { StateMark } from "../../ui/StateMark";
import { failureText } from "../../util/failure-text";
import { shown } from "../../util/state";
import type { Bulk } from "./bulk";
import { concerned, perform } from "./bulk";
import classes from "./BulkDialog.module.css";

interface Props extends Bulk {
  onClose: () => void;
}

/** Shows exactly what will happen to which connections, then does it. */
export function BulkDialog({ action, connections, onClose, onDone }: Props) {
  const words = useWords();
  // What is confirmed is what was shown, whatever changes meanwhile.
  const [targets] = useState(() => concerned(action, connections));
  const [spared] = useState(connections.length - targets.length);
  const [done, setDone] = useState(0);
  const run = useMutation({
    mutationFn: () => perform(action, targets, setDone),
    onSuccess: (failed) => {
      if (failed.length > 0) return;
      onDone();
      onClose();
    },
  });
  const text = {
    connect: words.bulk.connectText,
    disconnect: words.bulk.disconnectText,
    delete: words.bulk.deleteText,
  };
  return (
    <Modal
      opened
      onClose={run.isPending ? () => undefined : onClose}
      title={words.bulk[action](targets.length)}
      centered
      size="lg"
    >
      <Text mb="sm">{text[action]}</Text>
      {/* Focusable, so that a long list can be scrolled with the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul className={classes.list} tabIndex={0} aria-label={words.bulk[action](targets.length)}>
        {targets.map((connection) => (
          <li key={connection.id}>
            <span className={classes.name}>{connection.name}</span>
            <StateMark state={shown(connection)} quiet />
          </li>
        ))}
      </ul>
      {spared > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {words.bulk.unchanged(spared)}
        </Text>
      )}
      {run.data && run.data.length > 0 && (
        <div className={classes.failed} role="alert">
          <strong>{words.bulk.failed(run.data.length)}</strong>
          <ul>
            {run.data.slice(0, 10).map(({ connection, failure }) => (
              <li key={connection.id}>
                <bdi>{connection.name}</bdi>: {failureText(failure, words)}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Group justify="flex-end" mt="lg">
        {run.isPending && <Text size="sm">{words.bulk.progress(done, targets.length)}</Text>}
        <Button variant="default" onClick={onClose} disabled={run.isPending}>
          {run.data ? words.close : words.cancel}
        </Button>
        {!run.data && (
          <Button
            data-autofocus
            {...(action === "delete" && { color: "red" })}
            disabled={targets.length === 0}
            loading={run.isPending}
            onClick={() => run.mutate()}
          >
            {action === "delete" ? words.delete : words.fleet[action]}
          </Button>
        )}
      </Group>
    </Modal>
  );
}

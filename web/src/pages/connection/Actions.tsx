import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconClipboardText,
  IconCopyPlus,
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconStethoscope,
  IconTrash,
} from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { RefObject } from "react";
import { useEffect, useRef, useState } from "react";

import type { TestStage } from "../../api/connection-test";
import { connectLink, disconnectLink } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { DeleteDialog } from "../../components/DeleteDialog";
import { LinkButton } from "../../components/LinkButton";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { lastFleetSearch } from "../../hooks/last-fleet-search";
import { useErrorNotification } from "../../hooks/use-error-notification";
import { useShortcuts } from "../../hooks/use-shortcuts";
import { usePageMessages } from "../../i18n/page-messages";
import { displayState } from "../../model/display-state";
import { linkTo } from "../../model/paths";
import { BusyButton } from "../../ui/BusyButton";
import { runForEach } from "../../util/run-for-each";
import classes from "./Actions.module.css";
import { useCopyDiagnosis } from "./use-copy-diagnosis";

/** What users can do who may see a connection, and not change it. */
export function ViewerActions({ connection }: { connection: Connection }) {
  const t = usePageMessages();
  const copyDiagnosis = useCopyDiagnosis(connection, undefined);
  return (
    <div className={classes.actions}>
      <Button variant="default" leftSection={<IconClipboardText size={16} />} onClick={copyDiagnosis}>
        {t.diagnosis.copy}
      </Button>
    </div>
  );
}

interface Props {
  connection: Connection;
  /** Whether the form is open, which has a test of its own. */
  isEditing: boolean;
  isTesting: boolean;
  /** The stages of the latest test. */
  stages: readonly TestStage[] | undefined;
  testButton: RefObject<HTMLButtonElement | null>;
  onTest: () => void;
}

/** What can be done with a connection. The first button is what helps in its state. */
export function Actions({ connection, isEditing, isTesting, stages, testButton, onTest }: Props) {
  const t = usePageMessages();
  const navigate = useNavigate();
  const profile = useProfile();
  const onConnectError = useErrorNotification(t.failed.connect(connection.name));
  const onDisconnectError = useErrorNotification(t.failed.disconnect(connection.name));
  const [isDeleting, setDeleting] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const state = displayState(connection);
  const edit = () => void navigate(linkTo.editConnection(connection.id));
  useShortcuts([["e", edit]]);
  const copyDiagnosis = useCopyDiagnosis(connection, stages);
  const notify = useOutcomeNotification();
  const canConnect = state === "idle" || state === "down";
  const connect = useMutation({
    mutationFn: (_wasIdle: boolean) => connectLink(connection.id),
    onSuccess: (_, wasIdle) => {
      // Another try of a link that is meant to be up changes nothing that could be taken back.
      const undo = {
        run: () => runForEach([connection], ({ id }) => disconnectLink(id)),
        done: t.outcome.disconnected(connection.name),
      };
      notify(t.outcome.connecting(connection.name), wasIdle ? undo : undefined);
    },
    onError: onConnectError,
  });
  const disconnect = useMutation({
    mutationFn: () => disconnectLink(connection.id),
    onSuccess: () =>
      notify(t.outcome.disconnected(connection.name), {
        run: () => runForEach([connection], ({ id }) => connectLink(id)),
        done: t.outcome.connecting(connection.name),
      }),
    onError: onDisconnectError,
  });
  // The button that was pressed goes with the state.
  const { isSuccess } = connect;
  useEffect(() => {
    if (!canConnect && isSuccess && document.activeElement === document.body) more.current?.focus();
  }, [canConnect, isSuccess]);
  return (
    <div className={classes.actions}>
      {canConnect && (
        <BusyButton
          leftSection={state === "idle" ? <IconPlayerPlay size={16} /> : <IconRefresh size={16} />}
          isBusy={connect.isPending}
          onClick={() => connect.mutate(state === "idle")}
        >
          {state === "idle" ? t.connection.connect : t.connection.tryNow}
        </BusyButton>
      )}
      {state !== "unreadable" && !isEditing && (
        <BusyButton
          ref={testButton}
          variant="default"
          leftSection={<IconStethoscope size={16} />}
          isBusy={isTesting}
          onClick={onTest}
        >
          {t.form.test}
        </BusyButton>
      )}
      {!isEditing && (
        <LinkButton {...linkTo.editConnection(connection.id)} variant="default" leftSection={<IconPencil size={16} />}>
          {t.connection.edit}
        </LinkButton>
      )}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon ref={more} variant="default" size={36} aria-label={t.more}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconClipboardText size={16} />} onClick={copyDiagnosis}>
            {t.diagnosis.copy}
          </Menu.Item>
          {hasPermission(profile, "connections.create") && state !== "unreadable" && (
            <Menu.Item
              leftSection={<IconCopyPlus size={16} />}
              onClick={() => void navigate(linkTo.duplicateConnection(connection.id))}
            >
              {t.duplicate.action}
            </Menu.Item>
          )}
          {state !== "idle" && (
            <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => disconnect.mutate()}>
              {t.connection.disconnect}
            </Menu.Item>
          )}
          <Menu.Item className={classes.danger} leftSection={<IconTrash size={16} />} onClick={() => setDeleting(true)}>
            {t.connection.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isDeleting && (
        <DeleteDialog
          connection={connection}
          onClose={() => {
            setDeleting(false);
            // The menu item that had the focus is gone.
            more.current?.focus();
          }}
          onDeleted={() => void navigate(linkTo.fleet(lastFleetSearch.get()))}
        />
      )}
    </div>
  );
}

import { ActionIcon, Button, Loader, Menu } from "@mantine/core";
import {
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
import { useRef, useState } from "react";

import { connectLink, disconnectLink } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { DeleteDialog } from "../../components/DeleteDialog";
import { LinkButton } from "../../components/LinkButton";
import { useErrorNotification } from "../../hooks/use-error-notification";
import { useShortcuts } from "../../hooks/use-shortcuts";
import { useMessages } from "../../i18n/language";
import { displayState } from "../../model/display-state";
import { linkTo } from "../../model/paths";
import classes from "./Actions.module.css";

interface Props {
  connection: Connection;
  /** Whether the form is open, which has a test of its own. */
  isEditing: boolean;
  isTesting: boolean;
  onTest: () => void;
}

/** What can be done with a connection. The first button is what helps in its state. */
export function Actions({ connection, isEditing, isTesting, onTest }: Props) {
  const t = useMessages();
  const navigate = useNavigate();
  const onError = useErrorNotification();
  const [isDeleting, setDeleting] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const state = displayState(connection);
  const edit = () => void navigate(linkTo.editConnection(connection.id));
  useShortcuts([["e", edit]]);
  const connect = useMutation({ mutationFn: () => connectLink(connection.id), onError });
  const disconnect = useMutation({ mutationFn: () => disconnectLink(connection.id), onError });
  return (
    <div className={classes.actions}>
      {(state === "idle" || state === "down") && (
        <Button
          leftSection={state === "idle" ? <IconPlayerPlay size={16} /> : <IconRefresh size={16} />}
          aria-busy={connect.isPending}
          onClick={() => connect.mutate()}
        >
          {state === "idle" ? t.connection.connect : t.connection.tryNow}
        </Button>
      )}
      {state !== "unreadable" && !isEditing && (
        <Button
          variant="default"
          leftSection={isTesting ? <Loader size={16} /> : <IconStethoscope size={16} />}
          aria-busy={isTesting}
          onClick={() => {
            if (!isTesting) onTest();
          }}
        >
          {t.form.test}
        </Button>
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
          onDeleted={() => void navigate(linkTo.fleet())}
        />
      )}
    </div>
  );
}

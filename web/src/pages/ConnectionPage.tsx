import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconArrowLeft, IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { connectLink, disconnectLink } from "../api/connections";
import { useFleet } from "../api/fleet";
import type { Connection } from "../api/schema";
import { useProfile } from "../api/session";
import { ConnectionGone } from "../components/ConnectionGone";
import { DeleteDialog } from "../components/DeleteDialog";
import { LinkButton } from "../components/LinkButton";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { useShortcuts } from "../hooks/use-shortcuts";
import { useMessages } from "../i18n/language";
import { displayState } from "../model/display-state";
import { linkTo, PATHS } from "../model/paths";
import { hasPermission } from "../model/permissions";
import { Certificates } from "./connection/Certificates";
import { History } from "./connection/History";
import { BrokerProperties, LinkProperties } from "./connection/Properties";
import { Status } from "./connection/Status";
import classes from "./ConnectionPage.module.css";

/** `/connections/$connectionId`: the state of one link, and its cause. */
export function ConnectionPage() {
  const t = useMessages();
  const { connectionId } = useParams({ from: PATHS.connection });
  const { byId, isComplete } = useFleet();
  const connection = byId.get(connectionId);
  useDocumentTitle(connection?.name ?? t.connection.gone);

  if (!isComplete) return null;
  if (!connection) return <ConnectionGone />;
  return (
    <>
      <Link {...linkTo.fleet()} className={classes.back}>
        <IconArrowLeft size={16} aria-hidden /> {t.connection.back}
      </Link>
      <Heading connection={connection} />
      <Status connection={connection} />
      <div className={classes.columns}>
        <BrokerProperties connection={connection} />
        <LinkProperties connection={connection} />
      </div>
      <Certificates connection={connection} />
      <History connection={connection} />
    </>
  );
}

function Heading({ connection }: { connection: Connection }) {
  const profile = useProfile();
  return (
    <div className={classes.heading}>
      <div className={classes.title}>
        <h1>{connection.name}</h1>
        <code>{connection.url}</code>
      </div>
      {hasPermission(profile, "changeConnections") && <Actions connection={connection} />}
    </div>
  );
}

function Actions({ connection }: { connection: Connection }) {
  const t = useMessages();
  const navigate = useNavigate();
  const onError = useErrorNotification();
  const [isDeleting, setDeleting] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const idle = displayState(connection) === "idle";
  const edit = () => void navigate(linkTo.editConnection(connection.id));
  useShortcuts([["e", edit]]);
  const intent = useMutation({ mutationFn: () => (idle ? connectLink : disconnectLink)(connection.id), onError });
  return (
    <div className={classes.actions}>
      <Button
        variant="default"
        leftSection={idle ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        loading={intent.isPending}
        onClick={() => intent.mutate()}
      >
        {idle ? t.connection.connect : t.connection.disconnect}
      </Button>
      <LinkButton {...linkTo.editConnection(connection.id)} variant="default" leftSection={<IconPencil size={16} />}>
        {t.connection.edit}
      </LinkButton>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon ref={more} variant="default" size={36} aria-label={t.more}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDeleting(true)}>
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

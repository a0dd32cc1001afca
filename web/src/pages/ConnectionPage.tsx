import { Button, Menu, ActionIcon } from "@mantine/core";
import { IconArrowLeft, IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { connect, disconnect } from "../api/connections";
import { useFleet } from "../api/fleet";
import { useProfile } from "../api/session";
import type { Connection } from "../api/schema";
import { DeleteDialog } from "../components/DeleteDialog";
import { useFailure } from "../hooks/use-failure";
import { useKeys } from "../hooks/use-keys";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Empty } from "../ui/Empty";
import { may } from "../util/may";
import { shown } from "../util/state";
import { Certificates } from "./connection/Certificates";
import { BrokerFacts, LinkFacts } from "./connection/Facts";
import { History } from "./connection/History";
import { Status } from "./connection/Status";
import classes from "./ConnectionPage.module.css";

/** `/connections/$connectionId`: how one link is, and why. */
export function ConnectionPage() {
  const words = useWords();
  const { connectionId } = useParams({ from: "/connections/$connectionId" });
  const { byId, isComplete } = useFleet();
  const connection = byId.get(connectionId);
  useTitle(connection?.name ?? words.connection.gone);

  if (!isComplete) return null;
  if (!connection) {
    return (
      <Empty title={words.connection.gone}>
        <p>{words.connection.goneText}</p>
        <Link to="/">{words.errors.toFleet}</Link>
      </Empty>
    );
  }
  return (
    <>
      <Link to="/" className={classes.back}>
        <IconArrowLeft size={16} aria-hidden /> {words.connection.back}
      </Link>
      <Heading connection={connection} />
      <Status connection={connection} />
      <div className={classes.columns}>
        <BrokerFacts connection={connection} />
        <LinkFacts connection={connection} />
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
      {may(profile, "changeConnections") && <Actions connection={connection} />}
    </div>
  );
}

function Actions({ connection }: { connection: Connection }) {
  const words = useWords();
  const navigate = useNavigate();
  const onError = useFailure();
  const [isDeleting, setDeleting] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const idle = shown(connection) === "idle";
  const edit = () => void navigate({ to: "/connections/$connectionId/edit", params: { connectionId: connection.id } });
  useKeys([["e", edit]]);
  const intent = useMutation({ mutationFn: () => (idle ? connect : disconnect)(connection.id), onError });
  return (
    <div className={classes.actions}>
      <Button
        variant="default"
        leftSection={idle ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        loading={intent.isPending}
        onClick={() => intent.mutate()}
      >
        {idle ? words.connection.connect : words.connection.disconnect}
      </Button>
      <Button
        component={Link}
        to={`/connections/${encodeURIComponent(connection.id)}/edit`}
        variant="default"
        leftSection={<IconPencil size={16} />}
      >
        {words.connection.edit}
      </Button>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon ref={more} variant="default" size={36} aria-label={words.more}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDeleting(true)}>
            {words.connection.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isDeleting && (
        <DeleteDialog
          connection={connection}
          onClose={() => {
            setDeleting(false);
            // What had the focus before went with its menu.
            more.current?.focus();
          }}
          onDeleted={() => void navigate({ to: "/" })}
        />
      )}
    </div>
  );
}

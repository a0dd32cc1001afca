import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { notifications } from "@mantine/notifications";

import { useState } from "react";

import { ApiFailure } from "../api/client";
import { create, patch, replace, version } from "../api/connections";
import { useFleet } from "../api/fleet";
import type { Connection } from "../api/schema";
import { useProfile } from "../api/session";
import { ConnectionForm } from "../forms/ConnectionForm";
import type { Draft } from "../forms/draft";
import { EMPTY, changesOf, draftOf, inputOf, patchOf, testInputOf } from "../forms/draft";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Empty } from "../ui/Empty";
import { failureText } from "../util/failure-text";
import { may } from "../util/may";
import { bringsKey } from "../util/pem";
import { shown } from "../util/state";

/** `/new` */
export function NewConnectionPage() {
  const words = useWords();
  const sayIfKeyCame = useKeyCame();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const profile = useProfile();
  useTitle(words.fleet.newConnection);
  if (!may(profile, "changeConnections")) return <NoRight />;
  return (
    <ConnectionForm
      title={words.fleet.newConnection}
      initial={EMPTY}
      isNew
      tested={(draft) => ({ input: testInputOf(draft) })}
      onSave={async (draft) => {
        const { id, reason } = await create(queries, inputOf(draft));
        sayIfKeyCame(draft);
        if (reason) {
          notifications.show({ color: "yellow", title: words.form.savedButDown, message: reason, autoClose: 10_000 });
        }
        return () => void navigate({ to: "/connections/$connectionId", params: { connectionId: id } });
      }}
      onCancel={() => void navigate({ to: "/" })}
    />
  );
}

/** `/connections/$connectionId/edit` */
export function EditConnectionPage() {
  const words = useWords();
  const navigate = useNavigate();
  const { connectionId } = useParams({ from: "/connections/$connectionId/edit" });
  const { byId, isComplete } = useFleet();
  const profile = useProfile();
  const connection = byId.get(connectionId);
  const isAllowed = may(profile, "changeConnections");
  const stored = useQuery({ ...version(connectionId), enabled: isAllowed });
  const [round, setRound] = useState(0);
  useTitle(`${words.connection.edit}: ${connection?.name ?? ""}`);
  if (!isAllowed) return <NoRight />;
  if (!isComplete) return null;
  if (!connection) return <Empty title={words.connection.gone} />;
  if (stored.error) return <Empty title={failureText(stored.error, words)} />;
  if (!stored.data) return null;
  return (
    <EditForm
      // What was typed for one connection, or for an older version, must never be saved as another's.
      key={`${connectionId} ${round}`}
      stored={stored.data}
      onReload={() => setRound(round + 1)}
      onLeave={() => void navigate({ to: "/connections/$connectionId", params: { connectionId } })}
    />
  );
}

interface Version {
  connection: Connection;
  tag: string | undefined;
}

interface EditProps {
  stored: Version;
  /** Begins again with the version that is stored now. */
  onReload: () => void;
  onLeave: () => void;
}

/** Changes the version it began with: one that comes later is not overwritten. */
function EditForm({ stored, onReload, onLeave }: EditProps) {
  const sayIfKeyCame = useKeyCame();
  const queries = useQueryClient();
  const [{ connection, tag }] = useState(stored);
  const [newer, setNewer] = useState<Version>();
  const { id: connectionId } = connection;
  const isReadable = shown(connection) !== "unreadable";
  const initial = draftOf(connection);
  /** Stores something; when somebody else was faster, learns what there is by now. */
  const saved = async (draft: Draft, store: () => Promise<unknown>) => {
    try {
      await store();
    } catch (failure) {
      if (failure instanceof ApiFailure && failure.isOutdated) {
        setNewer(await queries.fetchQuery({ ...version(connectionId), staleTime: 0 }));
      }
      throw failure;
    }
    sayIfKeyCame(draft);
    return onLeave;
  };
  return (
    <ConnectionForm
      title={connection.name}
      initial={initial}
      outdated={{
        initial,
        newer: newer && draftOf(newer.connection),
        onReload,
        onKeep: (draft) =>
          saved(draft, () =>
            isReadable
              ? patch(connectionId, changesOf(draft, initial), newer?.tag)
              : replace(connectionId, inputOf(draft), newer?.tag),
          ),
      }}
      isNew={false}
      tested={(draft) => (isReadable ? { connectionId, patch: patchOf(draft) } : { input: testInputOf(draft) })}
      // Of what can't be read nothing can stay: what stands in the form takes its place.
      onSave={(draft) =>
        saved(draft, () =>
          isReadable ? patch(connectionId, patchOf(draft), tag) : replace(connectionId, inputOf(draft), tag),
        )
      }
      onCancel={onLeave}
    />
  );
}

/** Says after the saving that a key came in the file of its certificate. */
function useKeyCame(): (saved: Draft) => void {
  const words = useWords();
  return ({ cert, key }) => {
    if (bringsKey(cert) && !key) notifications.show({ message: words.form.keyTaken });
  };
}

function NoRight() {
  const words = useWords();
  return (
    <Empty title={words.form.noRight}>
      <p>{words.form.noRightText}</p>
    </Empty>
  );
}

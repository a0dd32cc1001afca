import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";

import { useState } from "react";

import { ApiError } from "../api/client";
import { createConnection, patchConnection, replaceConnection, storedConnectionQuery } from "../api/connections";
import { useFleet } from "../api/fleet";
import type { Connection } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { ConnectionGone } from "../components/ConnectionGone";
import { NotLoaded } from "../components/NotLoaded";
import { ConnectionForm } from "../forms/ConnectionForm";
import type { Draft } from "../forms/draft";
import { EMPTY_DRAFT, toChanges, toDraft, toInput, toPatch, toTestInput, toTestPatch } from "../forms/draft";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useMessages } from "../i18n/language";
import { useSentences } from "../i18n/sentences";
import { displayState } from "../model/display-state";
import { linkTo, PATHS } from "../model/paths";
import { containsPrivateKey } from "../model/pem";
import { EmptyState } from "../ui/EmptyState";

/** `/new` */
export function NewConnectionPage() {
  const t = useMessages();
  const sentences = useSentences();
  const notifyIfKeyStored = useKeyStoredNotification();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const profile = useProfile();
  useDocumentTitle(t.fleet.newConnection);
  if (!hasPermission(profile, "connections.create")) return <NotAllowed />;
  return (
    <ConnectionForm
      title={t.fleet.newConnection}
      initial={EMPTY_DRAFT}
      isNew
      toTestTarget={(draft) => ({ input: toTestInput(draft) })}
      onSave={async (draft) => {
        const { id, failure, reason } = await createConnection(queries, toInput(draft));
        notifyIfKeyStored(draft);
        if (reason) {
          const message = failure ? sentences.failure(failure).text : reason;
          notifications.show({ color: "yellow", title: t.form.savedButDown, message, autoClose: 10_000 });
        }
        return () => void navigate(linkTo.connection(id));
      }}
      onCancel={() => void navigate(linkTo.fleet())}
    />
  );
}

/** `/connections/$connectionId/edit`: the tab with the settings of a connection. */
export function EditConnectionTab() {
  const navigate = useNavigate();
  const { connectionId } = useParams({ from: PATHS.editConnection });
  const { byId, isComplete } = useFleet();
  const profile = useProfile();
  const connection = byId.get(connectionId);
  const isAllowed = hasPermission(profile, "connections.update");
  const stored = useQuery({ ...storedConnectionQuery(connectionId), enabled: isAllowed });
  const [version, setVersion] = useState(0);
  // Once the form is open it stays, whatever happens to the connection: it has what the user has typed.
  if (!stored.data) {
    if (isComplete && !connection) return <ConnectionGone />;
    if (!isAllowed) return <NotAllowed isPart />;
    return <NotLoaded failure={stored.failureReason} queryKey={storedConnectionQuery(connectionId).queryKey} />;
  }
  return (
    <EditForm
      // A new form per connection and version, so that input for one is never saved to another.
      key={`${connectionId} ${version}`}
      stored={stored.data}
      isDeleted={isComplete && !connection}
      onLoadLatest={() => setVersion(version + 1)}
      onLeave={() => void navigate(linkTo.connection(connectionId))}
    />
  );
}

interface Version {
  connection: Connection;
  tag: string | undefined;
}

interface EditProps {
  stored: Version;
  /** Whether it was deleted in the meantime. */
  isDeleted: boolean;
  /** Starts again from the version that is stored now. */
  onLoadLatest: () => void;
  onLeave: () => void;
}

/** Edits the version that it started from; a later one is not overwritten. */
function EditForm({ stored, isDeleted, onLoadLatest, onLeave }: EditProps) {
  const notifyIfKeyStored = useKeyStoredNotification();
  const queries = useQueryClient();
  const [{ connection, tag }] = useState(stored);
  const [latest, setLatest] = useState<Version>();
  const { id: connectionId } = connection;
  const isReadable = displayState(connection) !== "unreadable";
  const initial = toDraft(connection);
  /** Saves; after an edit conflict, loads the latest version. */
  const save = async (draft: Draft, store: () => Promise<unknown>) => {
    try {
      await store();
    } catch (error) {
      if (error instanceof ApiError && error.isEditConflict) {
        setLatest(await queries.fetchQuery({ ...storedConnectionQuery(connectionId), staleTime: 0 }));
      }
      throw error;
    }
    notifyIfKeyStored(draft);
    return onLeave;
  };
  return (
    <ConnectionForm
      initial={initial}
      conflict={{
        initial,
        latest: latest && toDraft(latest.connection),
        onLoadLatest,
        onSaveMine: (draft) =>
          save(draft, () =>
            isReadable
              ? patchConnection(connectionId, toChanges(draft, initial), latest?.tag)
              : replaceConnection(connectionId, toInput(draft), latest?.tag),
          ),
      }}
      isNew={false}
      isDeleted={isDeleted}
      isReadable={isReadable}
      toTestTarget={(draft) =>
        isReadable && !isDeleted ? { connectionId, patch: toTestPatch(draft) } : { input: toTestInput(draft) }
      }
      // An unreadable connection has nothing to keep, so the form replaces it.
      onSave={(draft) =>
        save(draft, () =>
          isDeleted
            ? createConnection(queries, toInput(draft))
            : isReadable
              ? patchConnection(connectionId, toPatch(draft), tag)
              : replaceConnection(connectionId, toInput(draft), tag),
        )
      }
      onCancel={onLeave}
    />
  );
}

/** Shows after saving that the certificate's file contained the private key. */
function useKeyStoredNotification(): (saved: Draft) => void {
  const t = useMessages();
  return ({ cert, key }) => {
    if (containsPrivateKey(cert) && !key) notifications.show({ message: t.form.keyTaken });
      stored={connection}
  };
}

/** `isPart` of a page with a heading of its own. */
function NotAllowed({ isPart = false }) {
  const t = useMessages();
  return (
    <EmptyState title={t.form.noRight} isPart={isPart}>
      <p>{t.form.noRightText}</p>
    </EmptyState>
  );
}

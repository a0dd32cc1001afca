import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { useEffect, useState } from "react";

import { ApiError } from "../api/client";
import type { EditConflict, StoredVersion } from "../api/connections";
import {
  createConnection,
  fetchEditConflict,
  patchConnection,
  replaceConnection,
  storedConnectionQuery,
} from "../api/connections";
import { useFleet } from "../api/fleet";
import type { Connection } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { ConnectionGone } from "../components/ConnectionGone";
import { NotLoaded } from "../components/NotLoaded";
import { useOutcomeNotification } from "../components/use-outcome-notification";
import { ConnectionForm } from "../forms/ConnectionForm";
import type { Draft } from "../forms/draft";
import {
  EMPTY_DRAFT,
  toDraft,
  toDuplicate,
  toInput,
  toPatch,
  toTestInput,
  toTestPatch,
  undoPatch,
} from "../forms/draft";
import { hasForeignChanges, setsSecrets } from "../forms/merge";
import { lastFleetSearch } from "../hooks/last-fleet-search";
import { useDocumentTitle } from "../hooks/use-document-title";
import { usePageMessages } from "../i18n/page-messages";
import { useSentences } from "../i18n/sentences";
import { displayState } from "../model/display-state";
import { labelsText } from "../model/labels";
import { linkTo, PATHS } from "../model/paths";
import { containsPrivateKey } from "../model/pem";
import { EmptyState } from "../ui/EmptyState";
import { Skeleton } from "../ui/Skeleton";
import { runForEach } from "../util/run-for-each";

/** `/new`, or `/new?from=` for a copy of a connection. */
export function NewConnectionPage() {
  const t = usePageMessages();
  const create = useCreate();
  const navigate = useNavigate();
  const profile = useProfile();
  const { from } = useSearch({ from: PATHS.newConnection });
  const { byId, isComplete } = useFleet();
  const found = from === undefined ? undefined : byId.get(from);
  // The form is filled in once, and stays when the source changes or is deleted.
  const [source, setSource] = useState(found);
  if (source?.id !== from && found !== source) setSource(found);
  useDocumentTitle(t.fleet.newConnection);
  if (!hasPermission(profile, "connections.create")) return <NotAllowed />;
  if (source?.id !== from) return isComplete ? <ConnectionGone connectionId={from} /> : <Skeleton />;
  return (
    <ConnectionForm
      key={from}
      title={source ? t.duplicate.title(source.name) : t.fleet.newConnection}
      note={source && t.duplicate.note}
      initial={source ? toDuplicate(source, t.duplicate.name(source.name)) : EMPTY_DRAFT}
      isNew
      toTestTarget={(draft) => ({ input: toTestInput(draft) })}
      onSave={async (draft) => {
        const id = await create(draft);
        return () => void navigate(linkTo.connection(id));
      }}
      onCancel={() => void navigate(linkTo.fleet(lastFleetSearch.get()))}
    />
  );
}

/** Creates a connection, says whether it is connected, and returns its id. */
function useCreate(): (draft: Draft) => Promise<string> {
  const t = usePageMessages();
  const sentences = useSentences();
  const notifyIfKeyStored = useKeyStoredNotification();
  const queries = useQueryClient();
  return async (draft) => {
    const { id, failure, reason } = await createConnection(queries, toInput(draft));
    notifyIfKeyStored(draft);
    if (reason) {
      const message = failure ? sentences.failure(failure).text : reason;
      notifications.show({ color: "yellow", title: t.form.savedButDown, message, autoClose: 10_000 });
    } else {
      notifications.show({ message: t.outcome.saved(draft.name) });
    }
    return id;
  };
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
    if (isComplete && !connection) return <ConnectionGone connectionId={connectionId} />;
    if (!isAllowed) return <NotAllowed isPart />;
    return <NotLoaded failure={stored.failureReason} queryKey={storedConnectionQuery(connectionId).queryKey} />;
  }
  return (
    <EditForm
      // A new form per connection and version, so that input for one is never saved to another.
      key={`${connectionId} ${version}`}
      stored={stored.data}
      live={connection}
      isDeleted={isComplete && !connection}
      onDiscard={() => setVersion(version + 1)}
      onLeave={() => void navigate(linkTo.connection(connectionId))}
    />
  );
}

interface EditProps {
  stored: StoredVersion;
  /** The connection as it is now; undefined if it was deleted in the meantime. */
  live: Connection | undefined;
  isDeleted: boolean;
  /** Starts again from the version that is stored now. */
  onDiscard: () => void;
  onLeave: () => void;
}

/** Edits the version that it started from; a later one is not overwritten. */
function EditForm({ stored, live, isDeleted, onDiscard, onLeave }: EditProps) {
  const t = usePageMessages();
  const create = useCreate();
  const notifyIfKeyStored = useKeyStoredNotification();
  const notify = useOutcomeNotification();
  const queries = useQueryClient();
  const [base, setBase] = useState(stored);
  const [isSaving, setSaving] = useState(false);
  const [conflict, setConflict] = useConflict(base, isSaving ? undefined : live);
  const { connection, tag } = base;
  const { id: connectionId } = connection;
  const isReadable = displayState(connection) !== "unreadable";
  const update = async (draft: Draft, tag: string | undefined) => {
    if (isReadable) return patchConnection(connectionId, toPatch(draft, labelsText(connection.labels)), tag);
    // An unreadable connection has nothing to keep, so the form replaces it.
    await replaceConnection(connectionId, toInput(draft), tag);
    return undefined;
  };
  /**
   * Saves over the version that the edit started from, or over one that differs in nothing that is edited. Returns
   * the ETag of the new version of a connection that had something to keep.
   */
  const save = async (draft: Draft) => {
    try {
      return await update(draft, tag);
    } catch (error) {
      if (!(error instanceof ApiError && error.isEditConflict)) throw error;
      const found = await fetchEditConflict(connectionId, tag);
      if (!found || !isHarmless(found, connection, draft)) {
        setConflict(found);
        throw error;
      }
      return update(draft, found.latest.tag);
    }
  };
  return (
    <ConnectionForm
      initial={toDraft(connection)}
      {...(conflict && {
        conflict: {
          ...conflict,
          base: connection,
          onMerged: () => {
            setBase(conflict.latest);
            setConflict(undefined);
          },
          onDiscard: () => {
            queries.setQueryData(storedConnectionQuery(connectionId).queryKey, conflict.latest);
            onDiscard();
          },
        },
      })}
      isNew={false}
      stored={connection}
      isDeleted={isDeleted}
      isReadable={isReadable}
      toTestTarget={(draft) =>
        isReadable && !isDeleted ? { connectionId, patch: toTestPatch(draft) } : { input: toTestInput(draft) }
      }
      onSave={async (draft) => {
        // The fleet may show the change before the response arrives.
        setSaving(true);
        let savedTag: string | undefined;
        try {
          if (isDeleted) {
            await create(draft);
            return onLeave;
          }
          savedTag = await save(draft);
        } catch (error) {
          setSaving(false);
          throw error;
        }
        notifyIfKeyStored(draft);
        const undo = savedTag === undefined ? undefined : undoPatch(connection, draft);
        notify(
          t.outcome.saved(draft.name),
          undo && {
            // Only of the version that was saved: what has changed since stays.
            run: () => runForEach([connection], () => patchConnection(connectionId, undo, savedTag)),
            done: t.outcome.undone(connection.name),
          },
        );
        return onLeave;
      }}
      onCancel={onLeave}
    />
  );
}

/** The conflict with a later version, as soon as the fleet shows one; not looked for without `live`. */
function useConflict(base: StoredVersion, live: Connection | undefined) {
  const [conflict, setConflict] = useState<EditConflict>();
  const shown = conflict?.latest.connection ?? base.connection;
  const { id } = base.connection;
  const isOutdated = live !== undefined && hasForeignChanges(shown, live);
  useEffect(() => {
    if (!isOutdated) return undefined;
    let isCurrent = true;
    // Saving finds the conflict, too, so a failure of this has no consequences.
    fetchEditConflict(id, base.tag).then(
      (found) => isCurrent && setConflict(found),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [isOutdated, id, base.tag]);
  return [conflict, setConflict] as const;
}

/** Whether nothing but the wish to be connected has changed: connecting and disconnecting make a version, too. */
function isHarmless({ latest, lastChange }: EditConflict, base: Connection, draft: Draft): boolean {
  return lastChange?.fields.length === 0 && !hasForeignChanges(base, latest.connection) && !setsSecrets(draft);
}

/** Shows after saving that the certificate's file contained the private key. */
function useKeyStoredNotification(): (saved: Draft) => void {
  const t = usePageMessages();
  return ({ cert, key }) => {
    if (containsPrivateKey(cert) && !key) notifications.show({ message: t.form.keyTaken });
  };
}

/** `isPart` of a page with a heading of its own. */
function NotAllowed({ isPart = false }) {
  const t = usePageMessages();
  return (
    <EmptyState title={t.form.noRight} isPart={isPart}>
      <p>{t.form.noRightText}</p>
    </EmptyState>
  );
}

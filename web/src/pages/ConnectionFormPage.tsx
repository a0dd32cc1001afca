import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { notifications } from "@mantine/notifications";

import { create, patch, replace } from "../api/connections";
import { useFleet } from "../api/fleet";
import { useProfile } from "../api/session";
import { ConnectionForm } from "../forms/ConnectionForm";
import { EMPTY, draftOf, inputOf, patchOf, testInputOf } from "../forms/draft";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Empty } from "../ui/Empty";
import { may } from "../util/may";
import { shown } from "../util/state";

/** `/new` */
export function NewConnectionPage() {
  const words = useWords();
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
  useTitle(`${words.connection.edit}: ${connection?.name ?? ""}`);
  if (!may(profile, "changeConnections")) return <NoRight />;
  if (!isComplete) return null;
  if (!connection) return <Empty title={words.connection.gone} />;
  const isReadable = shown(connection) !== "unreadable";
  const back = () => void navigate({ to: "/connections/$connectionId", params: { connectionId } });
  return (
    <ConnectionForm
      // What was typed for one connection must never be saved as another's.
      key={connectionId}
      title={connection.name}
      initial={draftOf(connection)}
      isNew={false}
      tested={(draft) => (isReadable ? { connectionId, patch: patchOf(draft) } : { input: testInputOf(draft) })}
      onSave={async (draft) => {
        // Of what can't be read nothing can stay: what stands in the form takes its place.
        await (isReadable ? patch(connectionId, patchOf(draft)) : replace(connectionId, inputOf(draft)));
        return back;
      }}
      onCancel={back}
    />
  );
}

function NoRight() {
  const words = useWords();
  return (
    <Empty title={words.form.noRight}>
      <p>{words.form.noRightText}</p>
    </Empty>
  );
}

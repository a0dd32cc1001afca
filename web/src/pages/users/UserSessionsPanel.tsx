import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import type { Session } from "../../api/schema";
import { endUserSession, endUserSessions, userSessionsQuery } from "../../api/users";
import { NotLoaded } from "../../components/NotLoaded";
import { SessionList } from "../../components/SessionList";
import { useErrorNotification } from "../../hooks/use-error-notification";
import { useFocusHandover } from "../../hooks/use-focus-handover";
import { usePageMessages } from "../../i18n/page-messages";
import { BusyButton } from "../../ui/BusyButton";
import { SidePanel } from "../../ui/SidePanel";
import classes from "./UserPanel.module.css";

interface Props {
  name: string;
  isOwn: boolean;
  canEnd: boolean;
  onClose: () => void;
}

/** The sessions of a user, which can be ended one by one or all together. */
export function UserSessionsPanel({ name, isOwn, canEnd, onClose }: Props) {
  const t = usePageMessages();
  const queries = useQueryClient();
  const onError = useErrorNotification(t.users.sessionsNotEnded(name));
  const query = userSessionsQuery(name);
  const { data: sessions, failureReason } = useQuery(query);
  const list = useRef<HTMLUListElement>(null);
  const allButton = useFocusHandover(list);
  const update = (left: Session[]) => {
    queries.setQueryData(query.queryKey, left);
  };
  const all = useMutation({
    mutationFn: () => endUserSessions(name),
    onSuccess: (left) => {
      update(left);
      notifications.show({ message: t.users.sessionsEnded(name) });
    },
    onError,
  });
  return (
    <SidePanel title={t.users.sessionsOf(name)} onClose={onClose}>
      {!sessions && <NotLoaded failure={failureReason} queryKey={query.queryKey} isPart />}
      {/* That would end the session of this console, too; the profile has the others. */}
      {canEnd && !isOwn && sessions && sessions.length > 0 && (
        <BusyButton ref={allButton} variant="default" isBusy={all.isPending} onClick={() => all.mutate()}>
          {t.users.endAll}
        </BusyButton>
      )}
      {/* Also without any: then the focus of the last button goes to it. */}
      {sessions && (
        <SessionList
          label={t.profile.sessions}
          sessions={sessions}
          list={list}
          end={canEnd ? (id) => endUserSession(name, id) : undefined}
          onEnded={update}
        />
      )}
      {sessions?.length === 0 && <p className={classes.text}>{t.users.noSessions}</p>}
    </SidePanel>
  );
}

import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { endOtherSessions, endSession, ownSessionsQuery } from "../../api/own-sessions";
import type { Session } from "../../api/schema";
import { NotLoaded } from "../../components/NotLoaded";
import { SessionList } from "../../components/SessionList";
import { useErrorNotification } from "../../hooks/use-error-notification";
import { useFocusHandover } from "../../hooks/use-focus-handover";
import { usePageMessages } from "../../i18n/page-messages";
import { BusyButton } from "../../ui/BusyButton";
import { Card } from "../../ui/Card";

/** The user's own sessions, so that unknown ones can be ended. */
export function Sessions() {
  const t = usePageMessages();
  const queries = useQueryClient();
  const onError = useErrorNotification(t.failed.endOthers);
  const { data: sessions, failureReason } = useQuery(ownSessionsQuery);
  const list = useRef<HTMLUListElement>(null);
  const othersButton = useFocusHandover(list);
  const update = (left: Session[]) => queries.setQueryData(ownSessionsQuery.queryKey, left);
  const others = useMutation({
    mutationFn: endOtherSessions,
    onSuccess: (left) => {
      update(left);
      notifications.show({ message: t.profile.othersEnded });
    },
    onError,
  });
  if (!sessions) {
    return (
      <Card title={t.profile.sessions}>
        <NotLoaded failure={failureReason} queryKey={ownSessionsQuery.queryKey} isPart />
      </Card>
    );
  }
  return (
    <Card title={t.profile.sessions}>
      <SessionList label={t.profile.sessions} sessions={sessions} list={list} end={endSession} onEnded={update} />
      {sessions.length > 1 && (
        <BusyButton
          ref={othersButton}
          variant="default"
          size="xs"
          mt="sm"
          isBusy={others.isPending}
          onClick={() => others.mutate()}
        >
          {t.profile.endOthers}
        </BusyButton>
      )}
    </Card>
  );
}

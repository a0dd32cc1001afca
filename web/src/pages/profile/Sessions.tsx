import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { RefObject } from "react";
import { useRef } from "react";

import { endOtherSessions, endSession, ownSessionsQuery } from "../../api/own-sessions";
import type { Session } from "../../api/schema";
import { Ago } from "../../components/Ago";
import { LocalTime } from "../../components/LocalTime";
import { NotLoaded } from "../../components/NotLoaded";
import { useErrorNotification } from "../../hooks/use-error-notification";
import { useFocusHandover } from "../../hooks/use-focus-handover";
import { useNow } from "../../hooks/use-now";
import { usePageMessages } from "../../i18n/page-messages";
import { BusyButton } from "../../ui/BusyButton";
import { Card } from "../../ui/Card";
import { describeUserAgent } from "../../util/user-agent";
import classes from "./Sessions.module.css";

/** The user's own sessions, so that unknown ones can be ended. */
export function Sessions() {
  const t = usePageMessages();
  const queries = useQueryClient();
  const onError = useErrorNotification();
  const { data: sessions, failureReason } = useQuery(ownSessionsQuery);
  const list = useRef<HTMLUListElement>(null);
  const othersButton = useFocusHandover(list);
  const others = useMutation({
    mutationFn: endOtherSessions,
    onSuccess: (left) => {
      queries.setQueryData(ownSessionsQuery.queryKey, left);
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
      <ul ref={list} className={classes.list} tabIndex={-1} aria-label={t.profile.sessions}>
        {sessions.map((session) => (
          <SessionItem key={session.id} session={session} list={list} />
        ))}
      </ul>
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

function SessionItem({ session, list }: { session: Session; list: RefObject<HTMLElement | null> }) {
  const t = usePageMessages();
  const now = useNow(60_000);
  const queries = useQueryClient();
  const onError = useErrorNotification();
  const { id, current, createdAt, lastUsedAt, address, userAgent } = session;
  const where = describeUserAgent(userAgent) ?? t.profile.unknownDevice;
  const endButton = useFocusHandover(list);
  const end = useMutation({
    mutationFn: () => endSession(id),
    onSuccess: (left) => {
      queries.setQueryData(ownSessionsQuery.queryKey, left);
      notifications.show({ message: t.outcome.sessionEnded(where) });
    },
    onError,
  });
  return (
    <li className={classes.session}>
      <div>
        <strong title={userAgent}>{where}</strong>
        {address && <code>{address}</code>}
        {current && <span className={classes.current}>{t.profile.thisSession}</span>}
        <p>
          <LocalTime time={createdAt} format={t.profile.sessionSince} /> ·{" "}
          <Ago time={lastUsedAt} now={now} format={t.profile.sessionUsed} />
        </p>
      </div>
      {!current && (
        <BusyButton
          ref={endButton}
          variant="default"
          size="xs"
          aria-label={t.profile.endSessionAt(where)}
          isBusy={end.isPending}
          onClick={() => end.mutate()}
        >
          {t.profile.endSession}
        </BusyButton>
      )}
    </li>
  );
}

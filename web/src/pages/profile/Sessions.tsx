import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { endOtherSessions, endSession, ownSessions } from "../../api/own-sessions";
import type { Session } from "../../api/schema";
import { useFailure } from "../../hooks/use-failure";
import { useLanguage, useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { device } from "../../util/device";
import { ago, moment, useNow } from "../../util/time";
import classes from "./Sessions.module.css";

/** Where one is logged in, to end what one does not know. */
export function Sessions() {
  const words = useWords();
  const queries = useQueryClient();
  const onError = useFailure();
  const { data: sessions = [] } = useQuery(ownSessions);
  const others = useMutation({
    mutationFn: endOtherSessions,
    onSuccess: (left) => {
      queries.setQueryData(ownSessions.queryKey, left);
      notifications.show({ message: words.profile.othersEnded });
    },
    onError,
  });
  return (
    <Card title={words.profile.sessions}>
      <ul className={classes.list}>
        {sessions.map((session) => (
          <Line key={session.id} session={session} />
        ))}
      </ul>
      {sessions.length > 1 && (
        <Button variant="default" size="xs" mt="sm" loading={others.isPending} onClick={() => others.mutate()}>
          {words.profile.endOthers}
        </Button>
      )}
    </Card>
  );
}

function Line({ session }: { session: Session }) {
  const words = useWords();
  const language = useLanguage();
  const now = useNow(60_000);
  const queries = useQueryClient();
  const onError = useFailure();
  const { id, current, createdAt, lastUsedAt, address, userAgent } = session;
  const end = useMutation({
    mutationFn: () => endSession(id),
    onSuccess: (left) => queries.setQueryData(ownSessions.queryKey, left),
    onError,
  });
  const where = device(userAgent) ?? words.profile.unknownDevice;
  return (
    <li className={classes.session}>
      <div>
        <strong title={userAgent}>{where}</strong>
        {address && <code>{address}</code>}
        {current && <span className={classes.current}>{words.profile.thisSession}</span>}
        <p>{words.profile.sessionTimes(moment(createdAt, language), ago(Date.parse(lastUsedAt), now, language))}</p>
      </div>
      {!current && (
        <Button
          variant="default"
          size="xs"
          aria-label={words.profile.endSessionAt(where)}
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          {words.profile.endSession}
        </Button>
      )}
    </li>
  );
}

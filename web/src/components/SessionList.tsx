import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { RefObject } from "react";

import type { Session } from "../api/schema";
import { useErrorNotification } from "../hooks/use-error-notification";
import { useFocusHandover } from "../hooks/use-focus-handover";
import { useNow } from "../hooks/use-now";
import { usePageMessages } from "../i18n/page-messages";
import { BusyButton } from "../ui/BusyButton";
import { describeUserAgent } from "../util/user-agent";
import { Ago } from "./Ago";
import { LocalTime } from "./LocalTime";
import classes from "./SessionList.module.css";

interface Props {
  label: string;
  sessions: readonly Session[];
  /** The list, which gets the focus when a session has ended. */
  list: RefObject<HTMLUListElement | null>;
  /** Ends a session; returns the others. Undefined if sessions can't be ended. */
  end: ((sessionId: string) => Promise<Session[]>) | undefined;
  onEnded: (left: Session[]) => void;
}

/** Sessions, each of which can be ended unless it is the one of this console. */
export function SessionList({ label, sessions, list, end, onEnded }: Props) {
  return (
    <ul ref={list} className={classes.list} tabIndex={-1} aria-label={label}>
      {sessions.map((session) => (
        <SessionItem key={session.id} session={session} list={list} end={end} onEnded={onEnded} />
      ))}
    </ul>
  );
}

function SessionItem({ session, list, end, onEnded }: Omit<Props, "label" | "sessions"> & { session: Session }) {
  const t = usePageMessages();
  const now = useNow(60_000);
  const onError = useErrorNotification(t.failed.endSession);
  const { id, current, createdAt, lastUsedAt, address, userAgent } = session;
  const where = describeUserAgent(userAgent) ?? t.profile.unknownDevice;
  const endButton = useFocusHandover(list);
  const ending = useMutation({
    mutationFn: async () => end?.(id) ?? [],
    onSuccess: (left) => {
      onEnded(left);
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
      {end && !current && (
        <BusyButton
          ref={endButton}
          variant="default"
          size="xs"
          aria-label={t.profile.endSessionAt(where)}
          isBusy={ending.isPending}
          onClick={() => ending.mutate()}
        >
          {t.profile.endSession}
        </BusyButton>
      )}
    </li>
  );
}

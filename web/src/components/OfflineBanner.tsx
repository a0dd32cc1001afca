import { IconBrowserX, IconPlugConnectedX } from "@tabler/icons-react";

import type { ApiError } from "../api/client";
import { useStreamState } from "../api/stream-state";
import { useNow } from "../hooks/use-now";
import { useLanguage, useMessages } from "../i18n/language";
import { overloadText } from "../model/error-text";
import { Banner } from "../ui/Banner";
import { formatAgo, formatDuration } from "../util/format-time";

/** Shows that the server is unreachable or at a limit, and how old the data is; nothing while the stream is live. */
export function OfflineBanner() {
  const { status, refusal, nextAttempt } = useStreamState();
  if (status === "refused" && refusal) return <Refused refusal={refusal} nextAttempt={nextAttempt ?? 0} />;
  return status === "lost" ? <Disconnected /> : null;
}

function Disconnected() {
  const t = useMessages();
  const language = useLanguage();
  const { since } = useStreamState();
  const now = useNow();
  // A short interruption is over before the banner could be read.
  if (now - since < 1_500) return null;
  return (
    <Banner icon={<IconPlugConnectedX size={18} aria-hidden />} title={t.offline.title} tone="warn">
      {t.offline.stale(formatAgo(since, now, language))}
    </Banner>
  );
}

function Refused({ refusal, nextAttempt }: { refusal: ApiError; nextAttempt: number }) {
  const t = useMessages();
  const left = nextAttempt - useNow();
  return (
    <Banner icon={<IconBrowserX size={18} aria-hidden />} title={t.offline.notLive} tone="warn">
      {overloadText(refusal, t)} {/* Hidden from screen readers, which would announce every second. */}
      <span aria-hidden>{left > 0 ? t.offline.nextTry(formatDuration(left)) : t.offline.trying}</span>
    </Banner>
  );
}

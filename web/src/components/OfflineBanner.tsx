import { IconBrowserX, IconPlugConnectedX } from "@tabler/icons-react";

import type { ApiFailure } from "../api/client";
import { useLiveness } from "../api/liveness";
import { useLanguage, useWords } from "../i18n/language";
import { Banner } from "../ui/Banner";
import { busyText } from "../util/failure-text";
import { ago, span, useNow } from "../util/time";

/** Says that the server is away, or has no room, and how old is what one sees; nothing while all is well. */
export function OfflineBanner() {
  const { live, why, nextTry } = useLiveness();
  if (live === "refused" && why) return <Refused why={why} nextTry={nextTry ?? 0} />;
  return live === "lost" ? <Away /> : null;
}

function Away() {
  const words = useWords();
  const language = useLanguage();
  const { since } = useLiveness();
  const now = useNow();
  // A moment's break is mended before anybody could read about it.
  if (now - since < 1_500) return null;
  return (
    <Banner icon={<IconPlugConnectedX size={18} aria-hidden />} title={words.offline.title} tone="warn">
      {words.offline.stale(ago(since, now, language))}
    </Banner>
  );
}

function Refused({ why, nextTry }: { why: ApiFailure; nextTry: number }) {
  const words = useWords();
  const left = nextTry - useNow();
  return (
    <Banner icon={<IconBrowserX size={18} aria-hidden />} title={words.offline.notLive} tone="warn">
      {busyText(why, words)} {/* Said when it begins, and not again every second. */}
      <span aria-hidden>{left > 0 ? words.offline.nextTry(span(left)) : words.connection.trying}</span>
    </Banner>
  );
}

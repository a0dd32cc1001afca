import { IconPlugConnectedX } from "@tabler/icons-react";

import { useLiveness } from "../api/liveness";
import { useLanguage, useWords } from "../i18n/language";
import { ago, useNow } from "../util/time";
import classes from "./OfflineBanner.module.css";

/** Says that the server is away and how old is what one sees; nothing while all is well. */
export function OfflineBanner() {
  const { live } = useLiveness();
  return live === "lost" ? <Banner /> : null;
}

function Banner() {
  const words = useWords();
  const language = useLanguage();
  const { since } = useLiveness();
  const now = useNow();
  // A moment's break is mended before anybody could read about it.
  if (now - since < 1_500) return null;
  return (
    <div className={classes.banner} role="status">
      <IconPlugConnectedX size={18} aria-hidden />
      <strong>{words.offline.title}</strong>
      <span>{words.offline.stale(ago(since, now, language))}</span>
    </div>
  );
}

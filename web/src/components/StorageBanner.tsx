import { IconDatabaseExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { readinessQuery } from "../api/readiness";
import { useMessages } from "../i18n/language";
import { Banner } from "../ui/Banner";

/** Shows administrators what is wrong with the server's storage; nothing while it is ready. */
export function StorageBanner() {
  const t = useMessages();
  const { data: reasons = [] } = useQuery(readinessQuery);
  if (reasons.length === 0) return null;
  const [storage] = reasons.flatMap((reason) => t.storage.reasons[reason] ?? []);
  return (
    <Banner
      icon={<IconDatabaseExclamation size={18} aria-hidden />}
      title={storage?.title ?? t.storage.notReady}
      tone="bad"
    >
      {storage ? `${t.storage.effect} ${storage.how}` : <span lang="en">{reasons.join("; ")}</span>}
    </Banner>
  );
}

import { IconDatabaseExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { readiness } from "../api/readiness";
import { useWords } from "../i18n/language";
import { Banner } from "../ui/Banner";

/** Says to those who can do something about it what is wrong with haltere itself; nothing while all is well. */
export function StorageBanner() {
  const words = useWords();
  const { data: reasons = [] } = useQuery(readiness);
  if (reasons.length === 0) return null;
  const [storage] = reasons.flatMap((reason) => words.storage.reasons[reason] ?? []);
  return (
    <Banner
      icon={<IconDatabaseExclamation size={18} aria-hidden />}
      title={storage?.title ?? words.storage.notReady}
      tone="bad"
    >
      {storage ? `${words.storage.means} ${storage.how}` : <span lang="en">{reasons.join("; ")}</span>}
    </Banner>
  );
}

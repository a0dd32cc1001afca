import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";

import type { TestStage } from "../../api/connection-test";
import { certificatesQuery } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { useSentences } from "../../i18n/sentences";
import { diagnosis } from "../../model/diagnosis";
import { isTls } from "../../util/broker-url";
import { writeToClipboard } from "../../util/clipboard";

/** Returns a function that copies what is known about a connection, for a ticket. */
export function useCopyDiagnosis(connection: Connection, stages: readonly TestStage[] | undefined): () => void {
  const t = usePageMessages();
  const language = useLanguage();
  const sentences = useSentences();
  const { data: certificates } = useQuery({ ...certificatesQuery(connection), enabled: isTls(connection.url) });
  const copy = async () => {
    const { error } = connection.status ?? {};
    const reason = error && sentences.failure(error).text;
    const text = diagnosis({ connection, reason, certificates, stages, now: Date.now(), language }, t);
    const isCopied = await writeToClipboard(text);
    notifications.show(
      isCopied
        ? { message: t.diagnosis.copied }
        : { message: t.diagnosis.notCopied, color: "red", role: "alert", autoClose: false },
    );
  };
  return () => void copy();
}

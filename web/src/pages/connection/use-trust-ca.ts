import { useMutation } from "@tanstack/react-query";

import { patchConnection, patchSeenConnection } from "../../api/connections";
import type { Certificate, Connection } from "../../api/schema";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { useErrorNotification } from "../../hooks/use-error-notification";
import { usePageMessages } from "../../i18n/page-messages";
import { runForEach } from "../../util/run-for-each";

/**
 * Trusts a CA for one connection, and offers to take that back. `onTrusted` gets the CA and the connection as it was
 * before.
 */
export function useTrustCa(
  connection: Connection,
  onTrusted: (ca: Certificate, before: Connection) => void = () => undefined,
) {
  const t = usePageMessages();
  const notify = useOutcomeNotification();
  const onError = useErrorNotification(t.failed.trust);
  return useMutation({
    mutationFn: async ({ pem }: Certificate) => ({
      before: connection,
      tag: await patchSeenConnection(connection, { ca: pem }),
    }),
    onSuccess: ({ before, tag }, ca) => {
      notify(t.certificates.trusted, {
        // As it was before, unless it has changed since.
        run: () => runForEach([before], ({ id, ca: old = null }) => patchConnection(id, { ca: old }, tag)),
        done: t.outcome.undone(before.name),
      });
      onTrusted(ca, before);
    },
    onError,
  });
}

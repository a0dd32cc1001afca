import { Alert, Text } from "@mantine/core";
import type { QueryClient } from "@tanstack/react-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { Token } from "../api/schema";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { errorText } from "../model/error-text";
import { tokenState } from "../model/token-state";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { formatAgo } from "../util/format-time";
import { useOutcomeNotification } from "./use-outcome-notification";

interface Props {
  token: Token;
  now: number;
  revoke: (queries: QueryClient, tokenHash: string) => Promise<void>;
  onRevoked: () => void;
  onClose: () => void;
}

/** Asks before a token is revoked. If the server refuses, the dialog says why. */
export function RevokeDialog({ token, now, revoke, onRevoked, onClose }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  const { name, hash, lastUsed } = token;
  const revoking = useMutation({
    mutationFn: () => revoke(queries, hash),
    onSuccess: () => {
      notify(t.tokens.revoked(name));
      onRevoked();
    },
  });
  const isExpired = tokenState(token, now) === "expired";
  return (
    <ConfirmDialog
      title={t.tokens.ask(name)}
      action={t.tokens.revoke}
      isDestructive
      isBusy={revoking.isPending}
      onConfirm={() => revoking.mutate()}
      onClose={onClose}
    >
      <Text>{isExpired ? t.tokens.consequenceExpired : t.tokens.consequence}</Text>
      {lastUsed && <Text mt="sm">{t.tokens.lastUse(formatAgo(Date.parse(lastUsed), now, language))}</Text>}
      {revoking.error && (
        <Alert color="red" variant="light" role="alert" mt="md">
          {errorText(revoking.error, t)}
        </Alert>
      )}
    </ConfirmDialog>
  );
}

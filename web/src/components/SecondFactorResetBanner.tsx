import { IconShieldX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { dismissSecondFactorReset } from "../api/second-factor";
import { useErrorNotification } from "../hooks/use-error-notification";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { Banner } from "../ui/Banner";
import { BusyButton } from "../ui/BusyButton";
import { formatDateTime } from "../util/format-time";

/** Shows a user that an administrator has removed their second factor, until they dismiss it. */
export function SecondFactorResetBanner({ at, by }: { at: string; by: string }) {
  const t = usePageMessages();
  const language = useLanguage();
  const queries = useQueryClient();
  const onError = useErrorNotification(t.secondFactor.notDismissed);
  const dismiss = useMutation({ mutationFn: async () => dismissSecondFactorReset(queries), onError });
  return (
    <Banner icon={<IconShieldX size={18} aria-hidden />} title={t.secondFactor.resetTitle} tone="warn">
      {t.secondFactor.resetText(by, formatDateTime(at, language))}{" "}
      <BusyButton variant="subtle" size="compact-sm" isBusy={dismiss.isPending} onClick={() => dismiss.mutate()}>
        {t.secondFactor.dismiss}
      </BusyButton>
    </Banner>
  );
}

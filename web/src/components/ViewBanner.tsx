import { IconEye } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";

import { stopViewing } from "../api/session";
import { useErrorNotification } from "../hooks/use-error-notification";
import { usePageMessages } from "../i18n/page-messages";
import { Banner } from "../ui/Banner";
import { BusyButton } from "../ui/BusyButton";

/** Shows an administrator as whom they see haltere, and ends that. */
export function ViewBanner({ username }: { username: string }) {
  const t = usePageMessages();
  const onError = useErrorNotification(t.users.viewNotStopped);
  const stopping = useMutation({ mutationFn: stopViewing, onError });
  return (
    <Banner icon={<IconEye size={18} aria-hidden />} title={t.users.viewedAs(username)} tone="warn">
      {t.users.viewReadOnly}{" "}
      <BusyButton
        variant="default"
        size="compact-sm"
        ml="xs"
        isBusy={stopping.isPending}
        onClick={() => stopping.mutate()}
      >
        {t.users.stopViewing}
      </BusyButton>
    </Banner>
  );
}

import { Button, Group } from "@mantine/core";

import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { useErrorNotification } from "../../hooks/use-error-notification";
import type { GalleryMessages } from "../../i18n/gallery";
import { Card } from "../../ui/Card";

export function NotificationSamples({ texts }: { texts: GalleryMessages }) {
  const notify = useOutcomeNotification();
  const notifyError = useErrorNotification(texts.showError);
  const undo = { run: async () => Promise.resolve([]), done: texts.undone };
  return (
    <Card title={texts.notifications}>
      <Group>
        <Button variant="default" onClick={() => notify(texts.outcome, undo)}>
          {texts.showOutcome}
        </Button>
        <Button variant="default" onClick={() => notifyError(new Error(texts.error))}>
          {texts.showError}
        </Button>
      </Group>
    </Card>
  );
}

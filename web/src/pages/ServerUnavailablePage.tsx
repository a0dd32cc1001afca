import { Button } from "@mantine/core";
import { useState } from "react";

import { ApiError } from "../api/client";
import { useProfileError } from "../api/session";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useMessages } from "../i18n/language";
import { errorText } from "../model/error-text";
import { StandalonePage } from "../ui/StandalonePage";

/** Says why the first request failed; nothing while it is pending. */
export function ServerUnavailablePage() {
  const { error, retry } = useProfileError();
  // A retry resets the error; keep showing the last one.
  const [lastError, setLastError] = useState(error);
  if (error && error !== lastError) setLastError(error);
  return lastError && <Unavailable error={lastError} onRetry={retry} />;
}

function Unavailable({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useMessages();
  const isOverloaded = error instanceof ApiError && error.isOverloaded;
  const title = isOverloaded ? t.offline.busy : t.offline.title;
  useDocumentTitle(title);
  return (
    <StandalonePage product={t.product} title={title} text={t.offline.keepsTrying}>
      <p role="alert">{errorText(error, t)}</p>
      <Button fullWidth mt="md" onClick={onRetry}>
        {t.retry}
      </Button>
    </StandalonePage>
  );
}

import { Button } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";

import { useMessages } from "../i18n/language";
import { EmptyState } from "../ui/EmptyState";
import { toError } from "../util/to-error";

/** Replaces a page that failed to render; offers to try again. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const t = useMessages();
  return (
    <EmptyState title={t.errors.renderFailed}>
      <p>
        <code>{toError(error).message}</code>
      </p>
      <Button onClick={reset}>{t.retry}</Button>
    </EmptyState>
  );
}

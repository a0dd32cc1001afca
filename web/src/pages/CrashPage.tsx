import { Button } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";

import { useWords } from "../i18n/language";
import { Empty } from "../ui/Empty";

/** A page that could not be drawn; says why, and lets one try again. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const words = useWords();
  return (
    <Empty title={words.errors.crashed}>
      <p>
        <code>{error instanceof Error ? error.message : String(error)}</code>
      </p>
      <Button onClick={reset}>{words.retry}</Button>
    </Empty>
  );
}

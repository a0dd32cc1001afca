import { Button } from "@mantine/core";
import type { QueryKey } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";

import { useMessages } from "../i18n/language";
import { errorText } from "../model/error-text";
import { Card } from "../ui/Card";
import { Skeleton } from "../ui/Skeleton";

interface Props {
  /** Why the latest attempt failed. */
  failure: Error | null;
  queryKey: QueryKey;
}

/** Shown until data is there: a skeleton, or why it could not be loaded and a button that tries again. */
export function NotLoaded({ failure, queryKey }: Props) {
  const t = useMessages();
  const queries = useQueryClient();
  if (!failure) return <Skeleton />;
  // Instead of the pending attempt, which may wait for some seconds.
  const retry = async () => {
    await queries.cancelQueries({ queryKey });
    await queries.refetchQueries({ queryKey });
  };
  return (
    <Card title={t.errors.notLoaded}>
      <p role="alert">{errorText(failure, t)}</p>
      <Button variant="default" onClick={() => void retry()}>
        {t.retry}
      </Button>
    </Card>
  );
}

import type { QueryKey } from "@tanstack/react-query";
import { hashKey, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useFocusHandover } from "../hooks/use-focus-handover";
import { useMessages } from "../i18n/language";
import { errorText } from "../model/error-text";
import { BusyButton } from "../ui/BusyButton";
import { Card } from "../ui/Card";
import { Skeleton } from "../ui/Skeleton";

interface Props {
  /** Why the latest attempt failed. */
  failure: Error | null;
  queryKey: QueryKey;
  /** Whether it is in a card that has a title of its own. */
  isPart?: boolean;
}

/** Shown until data is there: a skeleton, or why it could not be loaded and a button that tries again. */
export function NotLoaded({ failure, queryKey, isPart = false }: Props) {
  const t = useMessages();
  const queries = useQueryClient();
  const retryButton = useFocusHandover("h1");
  // Another attempt resets the failure: go on showing the last one of the same query.
  const hash = hashKey(queryKey);
  const [last, setLast] = useState({ hash, failure });
  if (hash !== last.hash || (failure && failure !== last.failure)) setLast({ hash, failure });
  if (!last.failure) return <Skeleton />;
  // Instead of the pending attempt, which may wait for some seconds.
  const retry = async () => {
    await queries.cancelQueries({ queryKey });
    await queries.refetchQueries({ queryKey });
  };
  const reason = (
    <>
      <p role="alert">{errorText(last.failure, t)}</p>
      <BusyButton ref={retryButton} variant="default" isBusy={!failure} onClick={() => void retry()}>
        {t.retry}
      </BusyButton>
    </>
  );
  return isPart ? reason : <Card title={t.errors.notLoaded}>{reason}</Card>;
}

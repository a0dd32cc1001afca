import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { ApiFailure } from "../api/client";
import { useWords } from "../i18n/language";

/** Shows what went wrong, in a corner, until it is put away. */
export function useFailure(): (failure: Error) => void {
  const words = useWords();
  return useCallback(
    (failure: Error) =>
      notifications.show({
        color: "red",
        title: words.errors.title,
        message: failure instanceof ApiFailure && failure.isUnreachable ? words.errors.unreachable : failure.message,
        autoClose: false,
        role: "alert",
      }),
    [words],
  );
}

import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { useWords } from "../i18n/language";
import { failureText } from "../util/failure-text";

/** Shows what went wrong, in a corner, until it is put away. */
export function useFailure(): (failure: Error) => void {
  const words = useWords();
  return useCallback(
    (failure: Error) =>
      notifications.show({
        color: "red",
        title: words.errors.title,
        message: failureText(failure, words),
        autoClose: false,
        role: "alert",
      }),
    [words],
  );
}

import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { useMessages } from "../i18n/language";
import { errorText } from "../model/error-text";

/** Returns a function that shows an error in a notification until it is closed. */
export function useErrorNotification(): (error: Error) => void {
  const t = useMessages();
  return useCallback(
    (error: Error) =>
      notifications.show({
        color: "red",
        title: t.errors.title,
        message: errorText(error, t),
        autoClose: false,
        role: "alert",
      }),
    [t],
  );
}

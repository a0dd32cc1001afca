import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { refusalText } from "../model/refusal-text";

/** Returns a function that shows an error in a notification until it is closed. */
export function useErrorNotification(): (error: Error) => void {
  const t = usePageMessages();
  const language = useLanguage();
  return useCallback(
    (error: Error) =>
      notifications.show({
        color: "red",
        title: t.errors.title,
        message: refusalText(error, t, language),
        autoClose: false,
        role: "alert",
      }),
    [t, language],
  );
}

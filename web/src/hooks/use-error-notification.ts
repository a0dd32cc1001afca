import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { refusalText } from "../model/refusal-text";

/** Returns a function that shows an error in a notification until it is closed. The title says what failed. */
export function useErrorNotification(title: string): (error: Error) => void {
  const notify = useTitledErrorNotification();
  return useCallback((error: Error) => notify(title, error), [notify, title]);
}

/** The same where what failed is known only with the error. */
export function useTitledErrorNotification(): (title: string, error: Error) => void {
  const t = usePageMessages();
  const language = useLanguage();
  return useCallback(
    (title: string, error: Error) =>
      notifications.show({
        color: "red",
        title,
        message: refusalText(error, t, language),
        autoClose: false,
        role: "alert",
      }),
    [t, language],
  );
}

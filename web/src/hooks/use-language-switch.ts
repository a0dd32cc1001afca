import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { savePreferences } from "../api/preferences";
import type { Language } from "../i18n/language";
import { setLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";

/** Returns a function that switches the language for good. If its messages can't be loaded, a notification says so. */
export function useLanguageSwitch(): (language: Language) => void {
  const t = usePageMessages();
  return useCallback(
    (language: Language) =>
      void setLanguage(language, true).then(
        () => savePreferences({ language }),
        () =>
          notifications.show({
            color: "red",
            title: t.appearance.languageNotLoaded,
            message: t.errors.unreachable,
            role: "alert",
          }),
      ),
    [t],
  );
}

import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";

import { useProfile } from "../api/session";
import { navigationCollapsed } from "../hooks/navigation-collapsed";
import { singleKeyShortcuts } from "../hooks/single-key-shortcuts";
import { applyTableSettings } from "../hooks/table-settings";
import { isLanguage, setLanguage, useLanguage } from "../i18n/language";

/** Applies the preferences of a user who has logged in to this browser, once. What they never chose stays as it is here. */
export function usePreferences(): void {
  const profile = useProfile();
  const { setColorScheme } = useMantineColorScheme();
  const current = useLanguage();
  const applied = useRef<string>(undefined);
  useEffect(() => {
    if (!profile || applied.current === profile.username) return;
    applied.current = profile.username;
    const {
      theme,
      language,
      singleKeyShortcuts: keys,
      navigationCollapsed: isCollapsed,
      tables = {},
    } = profile.preferences ?? {};
    if (theme) setColorScheme(theme);
    // Without its messages, the language stays.
    if (isLanguage(language) && language !== current) void setLanguage(language, true).catch(() => undefined);
    if (keys !== undefined) singleKeyShortcuts.apply(keys);
    if (isCollapsed !== undefined) navigationCollapsed.apply(isCollapsed);
    for (const [table, settings] of Object.entries(tables)) applyTableSettings(table, settings);
  }, [profile, setColorScheme, current]);
}

import { useMantineColorScheme } from "@mantine/core";

import { savePreferences } from "../api/preferences";

export type Theme = "auto" | "light" | "dark";

/** The theme that the user has chosen, and a function that switches it for good. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const switchTheme = (theme: Theme) => {
    setColorScheme(theme);
    savePreferences({ theme });
  };
  return [colorScheme, switchTheme];
}

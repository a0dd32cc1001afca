import { useMantineColorScheme } from "@mantine/core";
import {
  IconAlertTriangle,
  IconApi,
  IconInfoCircle,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSettings,
  IconSun,
  IconSunMoon,
  IconTopologyStar3,
  IconTransfer,
  IconUserCircle,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { ComponentType } from "react";

import { logOut, useProfile } from "../api/session";
import { LANGUAGES, speak, useLanguage, useWords } from "../i18n/language";
import { may } from "../util/may";
import { basePath } from "./server";

/** Something that can be done from anywhere. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  /** The key that does the same. */
  readonly key?: string;
  readonly run: () => void;
}

/** What whoever is logged in can do from anywhere. `onShortcuts` shows the keys. */
export function useCommands(onShortcuts: () => void): readonly Command[] {
  const words = useWords();
  const profile = useProfile();
  const navigate = useNavigate();
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const themes = [
    ["auto", IconSunMoon],
    ["light", IconSun],
    ["dark", IconMoon],
  ] as const;

  return [
    { id: "fleet", label: words.nav.fleet, icon: IconTopologyStar3, run: () => void navigate({ to: "/", search: {} }) },
    ...(may(profile, "seeConnections")
      ? [
          {
            id: "down",
            label: words.commands.down,
            icon: IconAlertTriangle,
            run: () => void navigate({ to: "/", search: { state: "down" } }),
          },
        ]
      : []),
    ...(may(profile, "changeConnections")
      ? [
          {
            id: "new",
            label: words.fleet.newConnection,
            icon: IconPlus,
            key: "n",
            run: () => void navigate({ to: "/new" }),
          },
          {
            id: "transfer",
            label: words.commands.transfer,
            icon: IconTransfer,
            run: () => void navigate({ to: "/transfer" }),
          },
        ]
      : []),
    ...(may(profile, "switchPlugins")
      ? [
          {
            id: "settings",
            label: words.nav.settings,
            icon: IconSettings,
            run: () => void navigate({ to: "/settings" }),
          },
        ]
      : []),
    {
      id: "profile",
      label: words.nav.profile,
      icon: IconUserCircle,
      run: () => void navigate({ to: "/profile" }),
    },
    { id: "about", label: words.nav.about, icon: IconInfoCircle, run: () => void navigate({ to: "/about" }) },
    { id: "api", label: words.commands.api, icon: IconApi, run: () => location.assign(`${basePath}/api/docs`) },
    { id: "keys", label: words.commands.shortcuts, icon: IconKeyboard, key: "?", run: onShortcuts },
    ...themes
      .filter(([scheme]) => scheme !== colorScheme)
      .map(([scheme, icon]) => ({
        id: `theme-${scheme}`,
        label: `${words.profile.theme}: ${words.profile.themes[scheme]}`,
        icon,
        run: () => setColorScheme(scheme),
      })),
    ...(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[])
      .filter((other) => other !== language)
      .map((other) => ({
        id: `language-${other}`,
        label: `${words.profile.language}: ${LANGUAGES[other]}`,
        icon: IconLanguage,
        run: () => void speak(other, true),
      })),
    { id: "log-out", label: words.nav.logOut, icon: IconLogout, run: () => void logOut() },
  ];
}

import { useMantineColorScheme } from "@mantine/core";
import {
  IconAlertTriangle,
  IconApi,
  IconHistory,
  IconInfoCircle,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconPlug,
  IconPlus,
  IconSun,
  IconSunMoon,
  IconTopologyStar3,
  IconTransfer,
  IconUserCircle,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";

import { hasPermission, useProfile } from "../api/session";
import { useLogOut } from "../hooks/use-log-out";
import type { Command } from "../components/CommandPalette";
import { useLanguageSwitch } from "../hooks/use-language-switch";
import { LANGUAGES, useLanguage, useMessages } from "../i18n/language";
import { API_DOCS_URL, linkTo } from "../model/paths";

/** The commands that the user has permission for. `onShortcuts` opens the list of shortcuts. */
export function useCommands(onShortcuts: () => void): readonly Command[] {
  const t = useMessages();
  const profile = useProfile();
  const navigate = useNavigate();
  const logOut = useLogOut();
  const language = useLanguage();
  const switchLanguage = useLanguageSwitch();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const themes = [
    ["auto", IconSunMoon],
    ["light", IconSun],
    ["dark", IconMoon],
  ] as const;

  return [
    { id: "fleet", label: t.nav.fleet, icon: IconTopologyStar3, run: () => void navigate(linkTo.fleet()) },
    ...(hasPermission(profile, "connections.list")
      ? [
          {
            id: "down",
            label: t.commands.down,
            icon: IconAlertTriangle,
            run: () => void navigate(linkTo.fleet({ state: "down" })),
          },
        ]
      : []),
    ...(hasPermission(profile, "activity.list")
      ? [
          {
            id: "activity",
            label: t.nav.activity,
            icon: IconHistory,
            run: () => void navigate(linkTo.activity()),
          },
        ]
      : []),
    ...(hasPermission(profile, "connections.create")
      ? [
          {
            id: "new",
            label: t.fleet.newConnection,
            icon: IconPlus,
            key: "n",
            run: () => void navigate(linkTo.newConnection()),
          },
        ]
      : []),
    ...(hasPermission(profile, "connections.import")
      ? [
          {
            id: "transfer",
            label: t.commands.transfer,
            icon: IconTransfer,
            run: () => void navigate(linkTo.transfer()),
          },
        ]
      : []),
    ...(hasPermission(profile, "plugins.switch")
      ? [
          {
            id: "plugins",
            label: t.nav.plugins,
            icon: IconPlug,
            run: () => void navigate(linkTo.plugins()),
          },
        ]
      : []),
    {
      id: "profile",
      label: t.nav.profile,
      icon: IconUserCircle,
      run: () => void navigate(linkTo.profile()),
    },
    { id: "about", label: t.nav.about, icon: IconInfoCircle, run: () => void navigate(linkTo.about()) },
    { id: "api", label: t.commands.api, icon: IconApi, run: () => location.assign(API_DOCS_URL) },
    { id: "keys", label: t.commands.shortcuts, icon: IconKeyboard, key: "?", run: onShortcuts },
    ...themes
      .filter(([scheme]) => scheme !== colorScheme)
      .map(([scheme, icon]) => ({
        id: `theme-${scheme}`,
        label: `${t.appearance.theme}: ${t.appearance.themes[scheme]}`,
        icon,
        run: () => setColorScheme(scheme),
      })),
    ...(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[])
      .filter((other) => other !== language)
      .map((other) => ({
        id: `language-${other}`,
        label: `${t.appearance.language}: ${LANGUAGES[other]}`,
        icon: IconLanguage,
        run: () => switchLanguage(other),
      })),
    { id: "log-out", label: t.nav.logOut, icon: IconLogout, run: logOut },
  ];
}

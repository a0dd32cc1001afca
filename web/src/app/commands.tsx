import {
  IconAlertTriangle,
  IconApi,
  IconHistory,
  IconInfoCircle,
  IconKey,
  IconKeyboard,
  IconLanguage,
  IconListSearch,
  IconLogin2,
  IconLogout,
  IconMoon,
  IconPlug,
  IconPlus,
  IconSun,
  IconSunMoon,
  IconTopologyStar3,
  IconTransfer,
  IconUserCircle,
  IconUserPlus,
  IconUsers,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";

import { hasPermission, useProfile } from "../api/session";
import type { Command } from "../components/CommandPalette";
import { useFleetLink } from "../components/use-fleet-link";
import { useLanguageSwitch } from "../hooks/use-language-switch";
import { useTheme } from "../hooks/use-theme";
import { useLogOut } from "../hooks/use-log-out";
import { LANGUAGES, useLanguage, useMessages } from "../i18n/language";
import { API_DOCS_URL, linkTo } from "../model/paths";

/** The commands that the user has permission for. `onShortcuts` opens the list of shortcuts. */
export function useCommands(onShortcuts: () => void): readonly Command[] {
  const t = useMessages();
  const profile = useProfile();
  const navigate = useNavigate();
  const fleet = useFleetLink();
  const logOut = useLogOut();
  const language = useLanguage();
  const switchLanguage = useLanguageSwitch();
  const [theme, switchTheme] = useTheme();
  const themes = [
    ["auto", IconSunMoon],
    ["light", IconSun],
    ["dark", IconMoon],
  ] as const;

  return [
    { id: "fleet", label: t.nav.fleet, icon: IconTopologyStar3, run: () => void navigate(fleet) },
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
    ...(hasPermission(profile, "users.list")
      ? [{ id: "users", label: t.nav.users, icon: IconUsers, run: () => void navigate(linkTo.users()) }]
      : []),
    ...(hasPermission(profile, "users.list") && hasPermission(profile, "users.create")
      ? [
          {
            id: "new-user",
            label: t.commands.newUser,
            icon: IconUserPlus,
            run: () => void navigate(linkTo.users({ show: "new" })),
          },
        ]
      : []),
    ...(hasPermission(profile, "groups.list")
      ? [{ id: "groups", label: t.nav.groups, icon: IconUsersGroup, run: () => void navigate(linkTo.groups()) }]
      : []),
    ...(hasPermission(profile, "groups.list") && hasPermission(profile, "groups.create")
      ? [
          {
            id: "new-group",
            label: t.commands.newGroup,
            icon: IconUsersGroup,
            run: () => void navigate(linkTo.groups({ show: "new" })),
          },
        ]
      : []),
    ...(hasPermission(profile, "tokens.list")
      ? [{ id: "tokens", label: t.nav.tokens, icon: IconKey, run: () => void navigate(linkTo.tokens()) }]
      : []),
    ...(hasPermission(profile, "tokens.list") && hasPermission(profile, "tokens.create")
      ? [
          {
            id: "new-token",
            label: t.commands.newToken,
            icon: IconKey,
            run: () => void navigate(linkTo.tokens({ show: "new" })),
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
    ...(hasPermission(profile, "sign-on.read")
      ? [{ id: "sign-on", label: t.nav.signOn, icon: IconLogin2, run: () => void navigate(linkTo.signOn()) }]
      : []),
    ...(hasPermission(profile, "audit.list")
      ? [{ id: "audit", label: t.nav.audit, icon: IconListSearch, run: () => void navigate(linkTo.audit()) }]
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
      .filter(([scheme]) => scheme !== theme)
      .map(([scheme, icon]) => ({
        id: `theme-${scheme}`,
        label: `${t.appearance.theme}: ${t.appearance.themes[scheme]}`,
        icon,
        run: () => switchTheme(scheme),
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

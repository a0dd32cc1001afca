import type { TablerIcon } from "@tabler/icons-react";
import { IconHistory, IconSettings, IconTopologyStar3 } from "@tabler/icons-react";

import type { Permission, Profile } from "../api/schema";
import { hasPermission } from "../api/session";
import { PATHS } from "../model/paths";

/** A part of the console with an item in the navigation. */
export type NavId = "fleet" | "activity" | "administration";

interface NavItem {
  readonly id: NavId;
  readonly to: typeof PATHS.fleet | typeof PATHS.activity | typeof PATHS.administration;
  readonly icon: TablerIcon;
  /** The user needs one of these; without any, every user has the item. */
  readonly permissions?: readonly Permission[];
}

/** The items of the navigation, in their order. Each has its label in `t.nav`; a route names its item in `staticData`. */
const NAV_ITEMS: readonly NavItem[] = [
  { id: "fleet", to: PATHS.fleet, icon: IconTopologyStar3 },
  { id: "activity", to: PATHS.activity, icon: IconHistory, permissions: ["activity.list"] },
  {
    id: "administration",
    to: PATHS.administration,
    icon: IconSettings,
    permissions: [
      "users.list",
      "groups.list",
      "tokens.list",
      "plugins.switch",
      "sign-on.read",
      "connections.import",
      "audit.list",
    ],
  },
];

/** The items that a user has. */
export function navItemsOf(profile: Profile): readonly NavItem[] {
  return NAV_ITEMS.filter(({ permissions }) => permissions?.some((it) => hasPermission(profile, it)) ?? true);
}

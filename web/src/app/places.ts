import type { TablerIcon } from "@tabler/icons-react";
import { IconSettings, IconTopologyStar3 } from "@tabler/icons-react";

import type { Permission, Profile } from "../api/schema";
import { hasPermission } from "../api/session";
import { PATHS } from "../model/paths";

/** A part of the console with an entry in the navigation. */
export type PlaceId = "fleet" | "administration";

interface Place {
  readonly id: PlaceId;
  readonly to: typeof PATHS.fleet | typeof PATHS.administration;
  readonly icon: TablerIcon;
  /** The user needs one of these; every user has a place without any. */
  readonly permissions?: readonly Permission[];
}

/** The entries of the navigation, in their order. Each has its label in `t.nav`; a route names its place in `staticData`. */
const PLACES: readonly Place[] = [
  { id: "fleet", to: PATHS.fleet, icon: IconTopologyStar3 },
  {
    id: "administration",
    to: PATHS.administration,
    icon: IconSettings,
    permissions: ["plugins.switch", "connections.import"],
  },
];

/** The places that a user has. */
export function placesOf(profile: Profile): readonly Place[] {
  return PLACES.filter(({ permissions }) => permissions?.some((it) => hasPermission(profile, it)) ?? true);
}

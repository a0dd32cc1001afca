import { UnstyledButton } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import type { Profile } from "../api/schema";
import { useFleetLink } from "../components/use-fleet-link";
import { navigationCollapsed } from "../hooks/navigation-collapsed";
import { useMessages } from "../i18n/language";
import { navItemsOf } from "./nav-items";
import classes from "./Rail.module.css";
import { useRouteData } from "./use-route-data";

/** The navigation: a rail next to the page, which can be collapsed to its icons, or a bar at the bottom of a phone. */
export function Rail({ profile }: { profile: Profile }) {
  const t = useMessages();
  const here = useRouteData("nav");
  const fleet = useFleetLink();
  const isCollapsed = navigationCollapsed.use();
  const Toggle = isCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <nav className={classes.rail} aria-label={t.nav.main} data-collapsed={isCollapsed || undefined}>
      {navItemsOf(profile).map(({ id, to, icon: Icon }) => (
        <Link
          key={id}
          {...(id === "fleet" ? fleet : { to })}
          className={classes.item}
          title={t.nav[id]}
          data-here={id === here || undefined}
          // The link itself says `page` on the page it leads to.
          aria-current={id === here ? "true" : undefined}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          <Icon size={20} stroke={1.7} aria-hidden />
          <span className={classes.label}>{t.nav[id]}</span>
        </Link>
      ))}
      <UnstyledButton
        className={classes.toggle}
        aria-label={t.nav.labels}
        aria-expanded={!isCollapsed}
        title={isCollapsed ? t.nav.expand : t.nav.collapse}
        onClick={() => navigationCollapsed.set(!isCollapsed)}
      >
        <Toggle size={20} stroke={1.7} aria-hidden />
      </UnstyledButton>
    </nav>
  );
}

import { Menu } from "@mantine/core";
import { IconApi, IconInfoCircle, IconLogout, IconUserCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import type { Profile } from "../api/schema";
import { useLogOut } from "../hooks/use-log-out";
import { usePageMessages } from "../i18n/page-messages";
import { API_DOCS_URL, linkTo } from "../model/paths";
import type { MenuAnchor } from "../ui/menu/AnchoredMenu";
import { AnchoredMenu } from "../ui/menu/AnchoredMenu";

/** The menu of the user who is logged in. */
export function UserMenu({ profile, anchor }: { profile: Profile; anchor: MenuAnchor }) {
  const t = usePageMessages();
  const logOut = useLogOut();
  return (
    <AnchoredMenu anchor={anchor} position="bottom-end" width={220}>
      <Menu.Dropdown>
        <Menu.Label>{profile.roles.map((role) => t.roleNames[role] ?? role).join(", ")}</Menu.Label>
        <Menu.Item component={Link} {...linkTo.profile()} leftSection={<IconUserCircle size={16} />}>
          {t.nav.profile}
        </Menu.Item>
        <Menu.Item component={Link} {...linkTo.about()} leftSection={<IconInfoCircle size={16} />}>
          {t.nav.about}
        </Menu.Item>
        <Menu.Item component="a" href={API_DOCS_URL} leftSection={<IconApi size={16} />}>
          {t.nav.api}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={logOut} leftSection={<IconLogout size={16} />}>
          {t.nav.logOut}
        </Menu.Item>
      </Menu.Dropdown>
    </AnchoredMenu>
  );
}

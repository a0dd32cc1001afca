import { Menu } from "@mantine/core";
import { IconApi, IconInfoCircle, IconLogout, IconUserCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";

import type { Profile } from "../api/schema";
import { logOut } from "../api/session";
import { useWords } from "../i18n/language";
import { basePath } from "./server";

/** What opens below the name of whoever is logged in. */
export function UserMenu({ profile, button }: { profile: Profile; button: ReactElement }) {
  const words = useWords();
  return (
    <Menu position="bottom-end" width={220} shadow="md">
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{profile.roles.join(", ")}</Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<IconUserCircle size={16} />}>
          {words.nav.profile}
        </Menu.Item>
        <Menu.Item component={Link} to="/about" leftSection={<IconInfoCircle size={16} />}>
          {words.nav.about}
        </Menu.Item>
        <Menu.Item component="a" href={`${basePath}/api/docs`} leftSection={<IconApi size={16} />}>
          {words.nav.api}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void logOut()} leftSection={<IconLogout size={16} />}>
          {words.nav.logOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

import { Menu } from "@mantine/core";
import { IconApi, IconTransfer } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { usePageMessages } from "../../i18n/page-messages";
import { API_DOCS_URL, linkTo } from "../../model/paths";
import type { MenuAnchor } from "../../ui/menu/AnchoredMenu";
import { AnchoredMenu } from "../../ui/menu/AnchoredMenu";

/** The ways to add connections other than the form. */
export function NewMenu({ anchor }: { anchor: MenuAnchor }) {
  const t = usePageMessages();
  return (
    <AnchoredMenu anchor={anchor} position="bottom-end" width={240}>
      <Menu.Dropdown>
        <Menu.Item component={Link} {...linkTo.transfer()} leftSection={<IconTransfer size={16} />}>
          {t.transfer.title}
        </Menu.Item>
        <Menu.Item component="a" href={API_DOCS_URL} leftSection={<IconApi size={16} />}>
          {t.commands.api}
        </Menu.Item>
      </Menu.Dropdown>
    </AnchoredMenu>
  );
}

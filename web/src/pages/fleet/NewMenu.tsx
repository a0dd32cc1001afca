import { Menu } from "@mantine/core";
import { IconApi, IconTransfer } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";

import { usePageMessages } from "../../i18n/page-messages";
import { API_DOCS_URL, linkTo } from "../../model/paths";

/** The ways to add connections other than the form. */
export function NewMenu({ button }: { button: ReactElement }) {
  const t = usePageMessages();
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} {...linkTo.transfer()} leftSection={<IconTransfer size={16} />}>
          {t.transfer.title}
        </Menu.Item>
        <Menu.Item component="a" href={API_DOCS_URL} leftSection={<IconApi size={16} />}>
          {t.commands.api}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

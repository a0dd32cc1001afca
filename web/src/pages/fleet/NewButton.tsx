import { Button } from "@mantine/core";
import { IconChevronDown, IconPlus } from "@tabler/icons-react";

import { lazyComponent } from "../../api/lazy-component";
import { LinkButton } from "../../components/LinkButton";
import { useMessages } from "../../i18n/language";
import { linkTo } from "../../model/paths";
import type { MenuButtonProps } from "../../ui/menu/MenuButton";
import { MenuButton } from "../../ui/menu/MenuButton";

/** Leads to the form for a new connection; the arrow next to it opens the other ways. */
export function NewButton() {
  const t = useMessages();
  return (
    <Button.Group>
      <LinkButton {...linkTo.newConnection()} leftSection={<IconPlus size={16} />}>
        {t.fleet.newConnection}
      </LinkButton>
      <MenuButton renderButton={(props) => <Arrow {...props} />} renderMenu={(anchor) => <NewMenu anchor={anchor} />} />
    </Button.Group>
  );
}

const NewMenu = lazyComponent(async () => (await import("./NewMenu")).NewMenu);

function Arrow(props: MenuButtonProps) {
  const t = useMessages();
  return (
    <Button px="xs" ml={1} aria-label={t.fleet.otherWays} title={t.fleet.otherWays} {...props}>
      <IconChevronDown size={16} aria-hidden />
    </Button>
  );
}

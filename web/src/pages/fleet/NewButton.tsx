import { Button } from "@mantine/core";
import { IconChevronDown, IconPlus } from "@tabler/icons-react";
import type { Ref } from "react";
import { lazy, Suspense } from "react";

import { LinkButton } from "../../components/LinkButton";
import { useMessages } from "../../i18n/language";
import { linkTo } from "../../model/paths";

/** Leads to the form for a new connection; the arrow next to it opens the other ways. */
export function NewButton() {
  const t = useMessages();
  return (
    <Button.Group>
      <LinkButton {...linkTo.newConnection()} leftSection={<IconPlus size={16} />}>
        {t.fleet.newConnection}
      </LinkButton>
      <Suspense fallback={<Arrow disabled />}>
        <NewMenu button={<Arrow />} />
      </Suspense>
    </Button.Group>
  );
}

const NewMenu = lazy(() => import("./NewMenu").then(({ NewMenu }) => ({ default: NewMenu })));

function Arrow(props: { disabled?: boolean; ref?: Ref<HTMLButtonElement> }) {
  const t = useMessages();
  return (
    <Button px="xs" ml={1} aria-label={t.fleet.otherWays} title={t.fleet.otherWays} {...props}>
      <IconChevronDown size={16} aria-hidden />
    </Button>
  );
}

import type { MenuProps } from "@mantine/core";
import { Menu } from "@mantine/core";
import type { Ref } from "react";
import { useEffect, useImperativeHandle, useState } from "react";

/** The button of a menu, and whether the menu is open. */
export interface MenuAnchor {
  readonly id: string;
  readonly element: HTMLElement;
  readonly isOpen: boolean;
  readonly onChange: (isOpen: boolean) => void;
}

/** The menu of a {@link MenuButton}; the children are its dropdown. */
export function AnchoredMenu({ anchor, children, ...props }: MenuProps & { anchor: MenuAnchor }) {
  const { id, element, isOpen, onChange } = anchor;
  const [isMounted, setMounted] = useState(false);
  // oxlint-disable-next-line react/set-state-in-effect -- Mantine notes what had the focus only if it opens after it mounted
  useEffect(() => setMounted(true), []);
  return (
    <Menu shadow="md" {...props} id={id} opened={isOpen && isMounted} onChange={onChange}>
      <Menu.Target>
        <Anchor element={element} />
      </Menu.Target>
      {children}
    </Menu>
  );
}

/** Renders nothing: it only gives Mantine the element the menu belongs to. */
function Anchor({ element, ref }: { element: HTMLElement; ref?: Ref<HTMLElement> }) {
  useImperativeHandle(ref, () => element, [element]);
  return null;
}

import type { ReactNode, Ref } from "react";
import { Suspense, useId, useState } from "react";

import { useIsSettled } from "../../hooks/use-is-settled";
import type { MenuAnchor } from "./AnchoredMenu";

/** What a button needs to open its menu. */
export interface MenuButtonProps {
  id: string;
  ref: Ref<HTMLButtonElement>;
  "aria-haspopup": "menu";
  "aria-expanded": boolean;
  "aria-controls": string | undefined;
  onClick: () => void;
}

interface Props {
  renderButton: (props: MenuButtonProps) => ReactNode;
  /** An {@link AnchoredMenu}, loaded separately. */
  renderMenu: (anchor: MenuAnchor) => ReactNode;
}

/**
 * A button with a menu that loads once the page has settled. The button stays the same element and works from the
 * start: if it is pressed before, the menu opens as soon as it has loaded.
 */
export function MenuButton({ renderButton, renderMenu }: Props) {
  const id = useId();
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [isOpen, setOpen] = useState(false);
  const isSettled = useIsSettled();
  return (
    <>
      {renderButton({
        id,
        ref: setElement,
        "aria-haspopup": "menu",
        "aria-expanded": isOpen,
        "aria-controls": isOpen ? `${id}-dropdown` : undefined,
        onClick: () => setOpen(!isOpen),
      })}
      {element && (isOpen || isSettled) && (
        <Suspense>{renderMenu({ id, element, isOpen, onChange: setOpen })}</Suspense>
      )}
    </>
  );
}

import { useLayoutEffect } from "react";

import { focusHeading } from "../util/focus-heading";

/**
 * Returns the focus to where it was when `isAway` became true, or when the component was mounted with it; to the button
 * of a menu that has closed meanwhile, or to the page's heading if there is nothing left to return to.
 */
export function useFocusReturn(isAway = true): void {
  useLayoutEffect(() => {
    if (!isAway) return undefined;
    const before = document.activeElement;
    // Without a focused element it is the body. Focusing that changes nothing, and lays out the page.
    if (!(before instanceof HTMLElement) || before === document.body) return undefined;
    const menu = before.closest("[role=menu]");
    const button = menu && document.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(menu.id)}"]`);
    return () => {
      (before.isConnected ? before : button)?.focus({ preventScroll: true });
      // Once what had the focus meanwhile is gone, too.
      queueMicrotask(() => {
        if (document.activeElement === document.body) focusHeading();
      });
    };
  }, [isAway]);
}

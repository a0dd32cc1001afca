import { useLayoutEffect } from "react";

/** Returns the focus to where it was when `isAway` became true, or when the component was mounted with it. */
export function useFocusReturn(isAway = true): void {
  useLayoutEffect(() => {
    if (!isAway) return undefined;
    const before = document.activeElement;
    // Without a focused element it is the body. Focusing that changes nothing, and lays out the page.
    if (!(before instanceof HTMLElement) || before === document.body) return undefined;
    return () => before.focus({ preventScroll: true });
  }, [isAway]);
}

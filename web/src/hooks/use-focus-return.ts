import { useLayoutEffect } from "react";

/** Returns the focus to where it was when `isAway` became true, or when the component was mounted with it. */
export function useFocusReturn(isAway = true): void {
  useLayoutEffect(() => {
    if (!isAway) return undefined;
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [isAway]);
}

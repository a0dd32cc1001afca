import type { RefCallback, RefObject } from "react";
import { useCallback } from "react";

/** Where the focus goes: an element, or the first one that a selector finds. */
type Target = RefObject<HTMLElement | null> | string;

/**
 * Returns the ref of an element that may vanish while it has the focus, for example with its own click. The focus then
 * moves to `target`, instead of being lost, unless something else has taken it.
 */
export function useFocusHandover(target: Target): RefCallback<HTMLElement> {
  return useCallback(
    (element: HTMLElement | null) => () => {
      if (!element?.contains(document.activeElement)) return;
      // Once the change is complete: only then it is known what is left, and React listens to events again.
      queueMicrotask(() => {
        if (document.activeElement === document.body) moveFocus(target);
      });
    },
    [target],
  );
}

function moveFocus(target: Target): void {
  const element = typeof target === "string" ? document.querySelector<HTMLElement>(target) : target.current;
  if (!element) return;
  // Not every element that the keyboard can continue at takes the focus by itself: headings and lists don't.
  if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus();
}

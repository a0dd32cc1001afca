import type { RefObject } from "react";
import { useEffect } from "react";

/** What changes a field; a key changes only a choice without an event of these. */
const CHANGES = ["beforeinput", "click", "drop", "mousedown", "keydown"];

/**
 * Keeps the fields in `container` as they are while they are being saved: what is typed meanwhile would be lost with the
 * form. Unlike a disabled field, one that is frozen keeps the focus.
 */
export function useFrozen(container: RefObject<HTMLElement | null>, isFrozen: boolean): void {
  useEffect(() => {
    const element = container.current;
    if (!isFrozen || !element) return undefined;
    const stop = (event: Event) => {
      if (["mousedown", "keydown"].includes(event.type) && !(event.target instanceof HTMLSelectElement)) return;
      if (event instanceof KeyboardEvent && ["Tab", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    for (const type of CHANGES) element.addEventListener(type, stop, true);
    return () => {
      for (const type of CHANGES) element.removeEventListener(type, stop, true);
    };
  }, [container, isFrozen]);
}

import { Notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";

import { focusHeading } from "../util/focus-heading";

/** Shows notifications. One that goes with the focus returns it to where it was on the page, or to its heading. */
export function NotificationList() {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = list;
    if (!current) return undefined;
    /** What had the focus last: on the page, and in a notification. */
    let before = document.activeElement;
    let inside: Node | undefined;
    const note = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement)) return;
      inside = current.contains(target) ? target : undefined;
      if (!inside) before = target;
    };
    // Mantine removes a notification after its transition and has no callback for that.
    const observer = new MutationObserver(() => {
      if (!inside || inside.isConnected) return;
      inside = undefined;
      if (document.activeElement !== document.body) return;
      if (before instanceof HTMLElement && before !== document.body) before.focus({ preventScroll: true });
      // It is gone meanwhile, or disabled.
      if (document.activeElement === document.body) focusHeading();
    });
    observer.observe(current, { childList: true, subtree: true });
    document.addEventListener("focusin", note);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", note);
    };
  }, []);
  return (
    <div ref={list}>
      <Notifications position="bottom-right" limit={3} withinPortal={false} />
    </div>
  );
}

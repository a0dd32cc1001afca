import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

import { focusHeading } from "../util/focus-heading";

/** After a navigation, moves the focus to the new page's heading, unless the page has put it somewhere. */
export function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ pathChanged, fromLocation }) => {
        if (!pathChanged || fromLocation === undefined) return;
        const main = document.getElementById("content");
        const { activeElement } = document;
        const isPlaced = activeElement !== main && main?.contains(activeElement);
        if (!isPlaced && !activeElement?.closest("[role=dialog]")) focusHeading();
      }),
    [router],
  );
}

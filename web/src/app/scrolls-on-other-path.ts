import type { AnyRouter } from "@tanstack/react-router";

type ScrollRestoration = Exclude<AnyRouter["options"]["scrollRestoration"], boolean | undefined>;

/**
 * Lets the router scroll, to the top or to where a page was, only if the path has changed. A change of the URL's query
 * follows what the user does on the page, and by the time it is rendered the user may have scrolled on.
 */
export function scrollsOnOtherPath(): ScrollRestoration {
  let rendered: string | undefined;
  // The router asks once per navigation, when its page is rendered.
  return ({ location: { pathname } }) => {
    const isOther = pathname !== rendered;
    rendered = pathname;
    // The router saves positions only of what has scrolled since the last navigation; this page keeps its position.
    if (!isOther) document.dispatchEvent(new Event("scroll"));
    return isOther;
  };
}

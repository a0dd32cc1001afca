import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { scrollsOnOtherPath } from "./scrolls-on-other-path";

const scrollTo = vi.fn(({ top }: { top: number }) => vi.stubGlobal("scrollY", top));

beforeEach(() => vi.stubGlobal("scrollTo", scrollTo));
afterEach(() => {
  vi.unstubAllGlobals();
  scrollTo.mockClear();
});

async function open() {
  const root = createRootRoute();
  const [list, item] = ["/", "/item"].map((path) => createRoute({ getParentRoute: () => root, path }));
  if (!list || !item) throw new Error("there are two");
  const router = createRouter({
    routeTree: root.addChildren([list, item]),
    history: createMemoryHistory({ initialEntries: ["/"] }),
    scrollRestoration: scrollsOnOtherPath(),
  });
  // What React does otherwise: it renders, and says so.
  router.startTransition = async (render) => {
    render();
    return true;
  };
  router.history.subscribe(router.load);
  const rendered = () =>
    new Promise<void>((resolve) => {
      const stop = router.subscribe("onRendered", () => {
        stop();
        resolve();
      });
    });
  const isOpen = rendered();
  void router.load();
  await isOpen;
  scrollTo.mockClear();
  return {
    goTo: async (href: string) => {
      const isThere = rendered();
      void router.navigate({ href, replace: href.startsWith("/?") });
      await isThere;
    },
    goBack: async () => {
      const isThere = rendered();
      router.history.back();
      await isThere;
    },
  };
}

/** As the user does it. */
function scroll(to: number) {
  vi.stubGlobal("scrollY", to);
  document.dispatchEvent(new Event("scroll"));
}

test("a change of the query alone leaves the page where it is", async () => {
  const { goTo } = await open();
  scroll(500);

  await goTo("/?q=a");
  await goTo("/?q=b");

  expect(scrollTo).not.toHaveBeenCalled();
});

test("another page starts at its top, and going back leads to where the page was", async () => {
  const { goTo, goBack } = await open();
  scroll(500);
  await goTo("/?q=a");

  await goTo("/item");
  expect(scrollTo.mock.lastCall?.[0]).toMatchObject({ top: 0 });

  await goBack();
  expect(scrollTo.mock.lastCall?.[0]).toMatchObject({ top: 500 });
});

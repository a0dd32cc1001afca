import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { populate } from "./support/fleet";
import { SERVER_DOWN } from "./support/guard";
import { freePort } from "./support/ports";
import { expect, test } from "./support/test";

/** In kilobytes of 1000 bytes as they are transferred, with their heads. */
const MAX_KB = 200;

/** Counts the scripts and styles that a page requests until the list has rows. */
async function countUntilRows(page: Page): Promise<number> {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Network.enable");
  await browser.send("Network.setExtraHTTPHeaders", { headers: { "Accept-Encoding": "gzip" } });
  const counted = new Set<string>();
  let areRowsThere = false;
  let bytes = 0;
  browser.on("Network.requestWillBeSent", ({ requestId, type }) => {
    if (!areRowsThere && (type === "Script" || type === "Stylesheet")) counted.add(requestId);
  });
  browser.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (counted.has(requestId)) bytes += encodedDataLength;
  });
  await page.exposeFunction("rowsAreThere", () => {
    areRowsThere = true;
  });
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("[role=rowheader]")) return;
      observer.disconnect();
      void (window as unknown as { rowsAreThere: () => Promise<void> }).rowsAreThere();
    });
    observer.observe(document, { subtree: true, childList: true });
  });
  await page.goto("/");
  await expect.poll(() => areRowsThere).toBe(true);
  // What was requested before is there: nothing shows without it.
  await page.waitForLoadState("networkidle");
  return bytes / 1000;
}

for (const locale of ["en", "de"]) {
  test.describe(locale, () => {
    test.use({ locale });

    test(`scripts and styles are at most ${MAX_KB} KB until the rows are there`, async ({ page, admin, broker }) => {
      await populate(admin, broker);
      const kilobytes = await countUntilRows(page);
      expect(kilobytes).toBeGreaterThan(MAX_KB / 2);
      expect(kilobytes).toBeLessThanOrEqual(MAX_KB);
    });
  });
}

test("a menu opens that was pressed before it has loaded, and gives the focus back", async ({
  page,
  admin,
  broker,
}) => {
  await populate(admin, broker);
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/Menu-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/");
  const choose = page.getByRole("button", { name: en.fleet.choose });
  const buttons = [
    choose,
    page.getByRole("button", { name: en.table.options }),
    page.getByRole("button", { name: en.fleet.otherWays }),
    page.getByRole("button", { name: en.nav.profile }),
  ];
  for (const button of buttons) {
    await expect(button).toHaveAttribute("aria-haspopup", "menu");
    await expect(button).toHaveAttribute("aria-expanded", "false");
  }
  await choose.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeHidden();
  const before = await choose.boundingBox();
  release();
  await expect(page.getByRole("menu")).toBeVisible();
  expect(await choose.boundingBox()).toEqual(before);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(choose).toBeFocused();

  for (const button of buttons) {
    await button.click();
    await expect(page.getByRole("menu")).toBeVisible();
    await expect(button).toHaveAttribute("aria-expanded", "true");
    await expect(page.getByRole("menu")).toHaveAttribute("id", (await button.getAttribute("aria-controls")) ?? "");
    // Pressed again, it closes.
    await button.click();
    await expect(page.getByRole("menu")).toBeHidden();
    await expect(button).toBeFocused();
  }
});

test("what could not load while haltere was unreachable loads later, and the page stays", async ({
  page,
  admin,
  broker,
  guard,
}) => {
  guard.allow(SERVER_DOWN);
  await populate(admin, broker);
  const laterCode = /(Menu|Notification)[^/]*\.js$|\/healthz$/;
  await page.route(laterCode, async (route) => route.abort("connectionrefused"));
  const failed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/healthz"));
  await page.goto("/");
  await failed;
  const choose = page.getByRole("button", { name: en.fleet.choose });
  await choose.click();
  await expect(choose).toHaveAttribute("aria-expanded", "true");
  await page.unroute(laterCode);
  await expect(page.getByRole("menu")).toBeVisible();
});

test.describe("an address that stays", () => {
  test.use({ settings: async ({}, provide) => provide({ HALTERE_LISTEN: `127.0.0.1:${await freePort()}` }) });

  test("a page whose code could not load before haltere stopped opens when haltere is back", async ({
    page,
    haltere,
    guard,
  }) => {
    guard.allow(SERVER_DOWN);
    const code = /PluginsPage[^/]*\.js$/;
    await page.route(code, async (route) => route.abort("connectionrefused"));
    const failed = page.waitForEvent("requestfailed", (request) => code.test(request.url()));
    await page.goto("/administration/about");
    await failed;
    await haltere.stop();
    await page.unroute(code);
    await page.getByRole("link", { name: en.nav.plugins }).click();
    await expect(page.getByRole("status").filter({ hasText: en.offline.title })).toBeVisible();
    await haltere.start();
    await expect(page.getByRole("switch").first()).toBeVisible();
  });
});

test("code that an upgraded haltere no longer has reloads the page once, when it is needed", async ({
  page,
  admin,
  broker,
  guard,
}) => {
  guard.allow(/404/);
  await populate(admin, broker);
  const code = /UserMenu[^/]*\.js$/;
  await page.route(code, async (route) => route.fulfill({ status: 404 }));
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  await page.goto("/");
  await page.getByRole("button", { name: en.nav.profile }).click();
  await expect.poll(() => loads).toBe(2);
  await page.unroute(code);
  await page.getByRole("button", { name: en.nav.profile }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  expect(loads).toBe(2);
});

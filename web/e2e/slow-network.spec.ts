import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { populate } from "./support/fleet";
import { connectionList } from "./support/locators";
import { expect, test } from "./support/test";

/** Limits the network to 50 KB/s with 400 ms to the server. */
async function slowDown(page: Page): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Network.enable");
  await browser.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });
}

/** Runs in the page: counts the frames since the first paint that show neither content nor an outline of it. */
function countEmptyFrames() {
  const counts = { frames: 0, empty: 0 };
  Object.assign(window, { counts });
  const isSeen = (selector: string) =>
    [...document.querySelectorAll(selector)].some((element) => element.checkVisibility());
  const look = () => {
    if (performance.getEntriesByName("first-paint").length > 0) {
      counts.frames += 1;
      if (!isSeen("#outline, main [data-skeleton], h1")) counts.empty += 1;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const PAGES = [
  ["fleet", "/", (page: Page) => connectionList(page)],
  ["connection", "/connections/press", (page: Page) => page.getByRole("region", { name: en.connection.broker })],
  ["form", "/connections/press/edit", (page: Page) => page.getByRole("button", { name: en.save })],
  ["audit trail", "/administration/audit", (page: Page) => page.getByRole("grid").getByRole("rowheader").first()],
  ["plugins", "/administration/plugins", (page: Page) => page.getByRole("switch").first()],
] as const;

for (const [name, path, content] of PAGES) {
  test(`on a slow network, the ${name} page is an outline from the first paint on`, async ({ page, admin, broker }) => {
    await populate(admin, broker);
    await slowDown(page);
    await page.addInitScript(countEmptyFrames);
    await page.goto(path, { waitUntil: "commit" });
    await expect(page.locator("#outline")).toBeVisible();
    await expect(content(page)).toBeVisible({ timeout: 40_000 });
    await expect(page.locator("#outline")).toBeHidden();
    const counts = await page.evaluate(() => (window as unknown as { counts: object }).counts);
    expect(counts).toMatchObject({ empty: 0 });
  });
}

test("the fleet has its heading before its connections, and it keeps the focus", async ({ page, admin, broker }) => {
  await populate(admin, broker);
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/api\/events/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/activity");
  await page.getByRole("navigation").getByRole("link", { name: en.nav.fleet }).click();
  const heading = page.getByRole("heading", { level: 1, name: en.fleet.title });
  await expect(heading).toBeFocused();
  await expect(page.locator("main [data-skeleton]")).toBeVisible();
  release();
  await expect(connectionList(page)).toBeVisible();
  await expect(heading).toBeFocused();
});

test("a page that is opened from another one is an outline until its code has arrived", async ({ page }) => {
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/ActivityPage[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  await page.getByRole("link", { name: en.nav.activity }).click();
  await expect(page.locator("main [data-skeleton]").first()).toBeVisible();
  // The address and the navigation are there at once.
  await expect(page).toHaveURL(/\/activity$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(0);
  release();
  await expect(page.getByRole("heading", { name: en.nav.activity, level: 1 })).toBeVisible();
});

test("the outline waits for no style sheet and no script", async ({ page }) => {
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\.(css|js)$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/", { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("first-paint").length > 0);
  await expect(page.locator("#outline")).toBeVisible();
  expect(await page.locator("#outline").evaluate((element) => getComputedStyle(element).position)).toBe("fixed");
  release();
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  await expect(page.locator("#outline")).toBeHidden();
});

test("without scripts, the page says so instead of loading for ever", async ({ browser, haltere }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(haltere.url);
  await expect(page.locator("#outline")).toBeHidden();
  await expect(page.locator("noscript")).toBeVisible();
  await context.close();
});

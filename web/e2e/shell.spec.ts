import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { nav } = en;

const rail = (page: Page) => page.getByRole("navigation", { name: nav.main });

async function sizeOf(page: Page, selector: string) {
  return page.locator(selector).evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { left, top, width, height };
  });
}

test.describe("on a desktop", () => {
  test.use({ viewport: { width: 1280, height: 800 } });

  test("the rail shows where one is, and stays collapsed to its icons", async ({ page, admin }) => {
    await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
    await page.goto("/");
    const fleet = rail(page).getByRole("link", { name: nav.fleet });
    const administration = rail(page).getByRole("link", { name: nav.administration });
    await expect(fleet).toHaveAttribute("aria-current", "page");
    await administration.click();
    // Which is where its first section is.
    await expect(page).toHaveURL(/\/administration\/users$/);
    await expect(administration).toHaveAttribute("aria-current", "true");
    await expect(fleet).not.toHaveAttribute("aria-current");
    await page.getByRole("link", { name: nav.plugins }).click();
    await expect(page.getByRole("heading", { level: 1, name: nav.plugins })).toBeVisible();
    await expect(administration).toHaveAttribute("aria-current", "true");
    await expect(fleet).not.toHaveAttribute("aria-current");
    // A connection belongs to the fleet.
    await page.goto("/connections/press");
    await expect(fleet).toHaveAttribute("aria-current", "true");
    await expect(fleet.getByText(nav.fleet)).toBeInViewport();

    const toggle = rail(page).getByRole("button", { name: nav.labels });
    await expect(toggle).toHaveAttribute("aria-expanded", "true");
    await toggle.click();
    await expect(toggle).toHaveAttribute("aria-expanded", "false");
    expect((await sizeOf(page, "nav >> nth=0")).width).toBe(56);
    await expectAccessible(page, "collapsed rail");
    await page.reload();
    await expect(toggle).toHaveAttribute("aria-expanded", "false");
    // The names remain, for screen readers and as tooltips.
    await expect(administration).toHaveAttribute("title", nav.administration);
  });

  test("paths of earlier versions lead to their pages", async ({ page }) => {
    for (const [path, heading] of [
      ["settings", en.nav.plugins],
      ["transfer", en.transfer.title],
      ["about", en.product],
    ] as const) {
      await page.goto(`/${path}`);
      await expect(page).toHaveURL(/\/administration\//);
      await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    }
  });

  test("the arrow keys move between the sections of the administration", async ({ page }) => {
    await page.goto("/administration");
    const sections = page.getByRole("navigation", { name: nav.administration });
    const links = sections.getByRole("link");
    await expect(links).toHaveText([
      en.nav.users,
      en.nav.groups,
      en.nav.tokens,
      en.nav.plugins,
      en.nav.signOn,
      en.transfer.title,
      en.nav.audit,
      en.about.title,
    ]);
    await expect(links.first()).toHaveAttribute("aria-current", "page");
    await links.first().focus();
    await page.keyboard.press("ArrowDown");
    await expect(links.nth(1)).toBeFocused();
    await page.keyboard.press("End");
    await expect(links.last()).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await expect(links.first()).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: en.product })).toBeVisible();
  });
});

test("lists use a large screen", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.setViewportSize({ width: 2560, height: 1200 });
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: en.fleet.title })).toBeVisible();
  expect((await sizeOf(page, "main section >> nth=0")).width).toBe(1760);
  await page.goto("/new");
  await expect(page.getByRole("heading", { level: 1, name: en.fleet.newConnection })).toBeVisible();
  expect((await sizeOf(page, "main fieldset >> nth=0")).width).toBe(704);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test("the navigation is a bar at the bottom, and covers nothing at the end of a page", async ({ page }) => {
    await page.goto("/administration/about");
    await expect(page.getByRole("main")).toContainText("0.1.0");
    const bar = await sizeOf(page, "nav >> nth=0");
    expect(bar).toEqual({ left: 0, top: 740 - 56, width: 360, height: 56 });
    await expect(rail(page).getByText(nav.fleet)).toBeInViewport();
    await expect(rail(page).getByRole("button")).toBeHidden();
    await page.keyboard.press("End");
    const last = page.getByRole("main").locator("section").last();
    await expect
      .poll(async () => last.evaluate((element) => Math.round(element.getBoundingClientRect().bottom)))
      .toBeLessThanOrEqual(740 - 56);
    await expectAccessible(page, "bar at the bottom");
  });
});

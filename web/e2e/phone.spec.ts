import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { populate } from "./support/fleet";
import { UNAUTHORIZED } from "./support/guard";
import { connectionList, disconnect } from "./support/locators";
import { openPage, PAGES } from "./support/pages";
import { expect, test } from "./support/test";

test.use({ viewport: { width: 360, height: 740 } });

/** Fails if the page is wider than the window. */
async function expectNoOverflow(page: Page, where: string): Promise<void> {
  const wider = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const outside = [...document.querySelectorAll("main *, header *, nav *")]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 120));
    return scrollWidth > clientWidth ? { scrollWidth, outside: outside.slice(0, 5) } : undefined;
  });
  expect.soft(wider, where).toBeUndefined();
}

/** Fails if the label of a button is cut off. */
async function expectWholeLabels(page: Page, where: string): Promise<void> {
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, button *, [class*=Button-root] *")]
      // A width of 1 px is for screen readers alone.
      .filter(({ scrollWidth, clientWidth }) => clientWidth > 1 && scrollWidth > clientWidth)
      .map((element) => element.textContent),
  );
  expect.soft(cut, where).toEqual([]);
}

for (const [locale, t] of [
  ["en-GB", en],
  ["de-DE", de],
] as const) {
  test.describe(locale, () => {
    test.use({ locale });

    test("no page is wider than a phone, and every button shows its whole label", async ({ page, admin, broker }) => {
      await populate(admin, broker);
      const long = "a-very-long-name-without-any-place-to-break-it-".repeat(2);
      await admin.load([{ id: long, name: long, url: `mqtt://${"x".repeat(60)}.${"y".repeat(60)}.invalid:1883/` }]);
      for (const each of PAGES) {
        await test.step(each.name, async () => {
          await openPage(page, each, t);
          await expectNoOverflow(page, each.name);
          await expectWholeLabels(page, each.name);
        });
      }
      await page.goto(`/connections/${long}`);
      await expect(page.getByRole("heading", { name: long })).toBeVisible();
      await expectNoOverflow(page, "a long name");
    });
  });
}

test("the main tasks work on a phone", async ({ page, admin, broker, guard }) => {
  guard.allow(UNAUTHORIZED);
  await populate(admin, broker);
  await page.goto("/");
  const nav = page.getByRole("navigation", { name: en.nav.main });
  await nav.getByRole("link", { name: en.nav.administration }).click();
  await nav.getByRole("link", { name: en.nav.fleet }).click();
  await page.getByRole("searchbox", { name: en.fleet.filter }).fill("press");
  const press = connectionList(page).getByRole("link", { name: "Press" });
  await press.click();
  await expect(page.getByRole("heading", { name: "Press" })).toBeVisible();
  await disconnect(page);
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.idle);
  await page.getByRole("link", { name: en.connection.edit }).click();
  await page.getByRole("button", { name: en.form.test }).click();
  await expect(page.getByRole("region", { name: en.form.test })).toContainText(en.form.works);
  await page.getByRole("button", { name: en.save }).click();
  await expect(page).toHaveURL(/\/connections\/press$/);
  await expect(page.getByRole("heading", { name: "Press" })).toBeVisible();
  await page.getByRole("button", { name: en.more }).click();
  await page.getByRole("menuitem", { name: en.connection.delete }).click();
  const dialog = page.getByRole("dialog", { name: en.connection.deleteTitle });
  await dialog.getByRole("textbox").fill("Press");
  await dialog.getByRole("button", { name: en.delete }).click();
  await page.getByRole("main").getByRole("link", { name: en.fleet.newConnection }).click();
  await expect(page).toHaveURL(/\/new$/);
  await page.getByRole("button", { name: en.nav.commands }).click();
  await page.getByRole("option", { name: en.commands.transfer }).click();
  await expect(page.getByRole("heading", { level: 1, name: en.transfer.title })).toBeVisible();
  await page.getByRole("button", { name: `${en.nav.profile}: admin` }).click();
  await page.getByRole("menuitem", { name: en.nav.logOut }).click();
  await expect(page.getByRole("heading", { name: en.login.title })).toBeVisible();
  await expectNoOverflow(page, "login");
});

test("the tab of the current section is in view", async ({ page }) => {
  await page.goto("/administration/about");
  const tab = page.getByRole("navigation", { name: en.nav.administration }).getByRole("link", { name: en.nav.about });
  await expect(tab).toHaveAttribute("aria-current", "page");
  await expect(tab).toBeInViewport({ ratio: 1 });
});

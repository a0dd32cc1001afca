import { en } from "../src/i18n/en";
import { populate } from "./support/fleet";
import { connectionList } from "./support/locators";
import { expect, test } from "./support/test";

test.beforeEach(async ({ page, admin, broker }) => {
  await populate(admin, broker);
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: en.fleet.title })).toBeVisible();
});

test("the palette opens connections and pages by keyboard", async ({ page }) => {
  const search = page.getByRole("combobox", { name: en.commands.search });
  await page.keyboard.press("Control+k");
  await expect(search).toBeFocused();
  // Without a query it lists failures, and the commands are in sight.
  await expect(page.getByRole("option", { name: "Kiln" })).toBeVisible();
  await expect(page.getByRole("option", { name: en.fleet.newConnection })).toBeInViewport();
  await page.keyboard.type("lath");
  await expect(page.getByRole("option")).toHaveText([/Lathe.*Connected/]);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Lathe" })).toBeVisible();
  await expect(search).toBeHidden();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("plugins");
  await expect(page.getByRole("option")).toHaveText([en.nav.plugins]);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: en.nav.plugins })).toBeVisible();

  // The arrow keys select among several options.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme");
  await expect(page.getByRole("option")).toHaveCount(2);
  // Screen readers learn which option Enter selects.
  const [first, second] = await page.getByRole("option").all();
  await expect(search).toHaveAttribute("aria-activedescendant", (await first?.getAttribute("id")) ?? "");
  await page.keyboard.press("ArrowDown");
  await expect(search).toHaveAttribute("aria-activedescendant", (await second?.getAttribute("id")) ?? "");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");

  await page.keyboard.press("Control+k");
  await page.keyboard.type("nothing by that name");
  await expect(page.getByText(en.commands.nothing)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(search).toBeHidden();
});

test("single-key shortcuts work outside of fields, and can be turned off", async ({ page }) => {
  const filter = page.getByRole("searchbox", { name: en.fleet.filter });
  await page.keyboard.press("/");
  await expect(filter).toBeFocused();
  await page.keyboard.type("oven");
  await expect(filter).toHaveValue("oven");
  await expect(page).not.toHaveURL(/\/new/);
  await connectionList(page).getByRole("link", { name: "Oven" }).click();
  await expect(page.getByRole("heading", { name: "Oven" })).toBeVisible();
  await page.keyboard.press("e");
  await expect(page).toHaveURL(/\/connections\/oven\/edit$/);
  await page.goBack();
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/\/new$/);
  await page.goto("/administration/about");
  await expect(page.getByRole("main")).toContainText("0.1.0");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: en.commands.shortcuts });
  // Keys are described, not named like the fields that they lead to.
  await expect(dialog.getByRole("term").filter({ hasText: en.commands.focusFilter })).toBeVisible();
  await expect(dialog).not.toContainText(en.fleet.filter);
  await dialog.getByRole("switch", { name: en.commands.singleKeys }).uncheck();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();

  for (const off of ["now", "after a reload"]) {
    await test.step(off, async () => {
      await page.keyboard.press("n");
      await page.keyboard.press("?");
      // Opens after the other shortcuts would have taken effect.
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("dialog")).toHaveCount(1);
      await expect(page.getByRole("option", { name: en.nav.about })).toBeVisible();
      await expect(page).toHaveURL(/\/about$/);
      await page.keyboard.press("Escape");
      await page.reload();
      await expect(page.getByRole("main")).toContainText("0.1.0");
    });
  }
});

import type { Locator, Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { connectionNamed } from "./support/fleet";
import { connectionItem, connectionItems, textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { bulkEdit, fleet, labels } = en;

/** A value as long as it may be, and a key with a prefix. */
const LONG = { "maintenance.plant-operations.example.com/responsible-team": "x".repeat(63) };

test.beforeEach(async ({ admin, broker }) => {
  await admin.load([
    { ...connectionNamed("Press", broker.url), labels: { line: "2", site: "graz", ...LONG } },
    { ...connectionNamed("Belt", broker.url), labels: { site: "wien" } },
    { ...connectionNamed("Oven", UNREACHABLE_URL), labels: { line: "10", site: "graz" } },
    connectionNamed("Store", UNREACHABLE_URL),
  ]);
  await Promise.all([admin.isOnline("press"), admin.isOnline("belt")]);
});

const filterItem = (page: Page, name: string): Locator => page.getByRole("menuitemcheckbox", { name, exact: true });

const isAsWide = async (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test("labels filter the fleet; the URL has them, and each can be removed", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: fleet.choose }).click();
  await filterItem(page, "graz 2").click();
  await page.keyboard.press("Escape");
  await expect(connectionItems(page)).toHaveCount(2);
  expect(new URL(page.url()).searchParams.get("label")).toBe("site=graz");

  await page.goto("/?label=site%3Dgraz,line!%3D2");
  await expect(connectionItems(page)).toHaveText([/Oven/]);
  await page.getByRole("button", { name: `${fleet.clearFilter}: line!=2` }).click();
  await expect(connectionItems(page)).toHaveCount(2);
  await page.getByRole("button", { name: `${fleet.clearFilter}: site=graz` }).click();
  await expect(connectionItems(page)).toHaveCount(4);
  await expect(page).toHaveURL(/\/$/);

  await page.getByRole("searchbox").fill("site=wien");
  await expect(connectionItems(page)).toHaveText([/Belt/]);
});

test("the table has a column of labels if that is chosen, and the grid sections", async ({ page }) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.goto("/");
  await expect(connectionItems(page)).toHaveCount(4);
  await page.getByRole("button", { name: en.table.options }).click();
  await page.getByRole("menuitemcheckbox", { name: fleet.labels }).click();
  await page.keyboard.press("Escape");
  await expect(connectionItem(page, "Belt")).toContainText("site=wien");

  await page.getByRole("img", { name: fleet.grid }).click();
  await page.getByRole("button", { name: en.table.options }).click();
  const sections = page.getByRole("group", { name: fleet.sections });
  await sections.getByRole("menuitemradio", { name: "line" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("list", { name: fleet.allTitle }).getByRole("heading")).toHaveText([
    "2",
    "10",
    fleet.withoutLabel("line"),
  ]);
  expect(new URL(page.url()).searchParams.get("by")).toBe("line");
  await expectAccessible(page, "the grid with sections");
});

test("labels are edited in the form, and its link stays up", async ({ page, admin, guard }) => {
  guard.allow(/status of 400 .*\/api\/connections/);
  await page.goto("/connections/press/edit");
  const given = page.getByRole("list", { name: labels.add });
  await expect(given.getByRole("listitem")).toHaveCount(3);
  await given.getByRole("button", { name: labels.remove("line=2") }).click();
  const field = textField(page, labels.add);
  await expect(field).toBeFocused();
  await field.fill("zone=a");
  await field.press("Enter");
  await field.fill("site=-");
  await page.getByRole("button", { name: en.save }).click();
  // The server's reason is at the field.
  await expect(page.getByText("The value consists of up to 63 letters")).toBeVisible();
  await expect(field).toBeFocused();
  await given.getByRole("button", { name: labels.remove("site=-") }).click();
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("link", { name: "zone=a" })).toBeVisible();
  const press = (await admin.connections()).find(({ id }) => id === "press");
  expect(press).toMatchObject({ labels: { zone: "a", ...LONG }, status: { state: "online" } });
  expect(press?.labels).not.toHaveProperty("site");

  await page.getByRole("link", { name: "zone=a" }).click();
  await expect(connectionItems(page)).toHaveText([/Press/]);
});

test("labels of many are set and removed, and taken back", async ({ page, admin }) => {
  await page.goto("/");
  for (const name of ["Press", "Belt", "Store"]) await page.getByRole("checkbox", { name: fleet.select(name) }).check();
  await page.getByRole("button", { name: fleet.edit, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(labels.unset).selectOption("line");
  await textField(page, labels.set).fill("site=linz");
  await textField(page, labels.set).press("Enter");
  await expect(dialog).toContainText("site=wien → site=linz");
  await expectAccessible(page, "the dialog");
  await dialog.getByRole("button", { name: bulkEdit.change(3) }).click();
  await expect(dialog).toBeHidden();
  const labelsOf = async () =>
    Object.fromEntries((await admin.connections()).map(({ id, labels: given }) => [id, given]));
  await expect
    .poll(labelsOf)
    .toMatchObject({ press: { site: "linz" }, belt: { site: "linz" }, store: { site: "linz" } });
  expect((await labelsOf())["press"]).not.toHaveProperty("line");

  await page.getByRole("button", { name: en.undo }).click();
  await expect.poll(labelsOf).toMatchObject({ press: { line: "2", site: "graz" }, belt: { site: "wien" } });
  await expect.poll(async () => (await labelsOf())["store"]).toBeUndefined();
});

test.describe("in German", () => {
  test.use({ locale: "de-DE" });

  test("long labels fit a phone", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of [
      "/connections/press",
      "/connections/press/edit",
      "/?view=grid&by=site",
      "/?label=site%3Dgraz",
    ]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      if (path.endsWith("edit")) await expect(page.getByLabel(de.labels.add, { exact: true }).first()).toBeVisible();
      expect(await isAsWide(page), path).toBe(true);
      await expectAccessible(page, path);
    }
  });
});

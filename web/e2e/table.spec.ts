import { readFileSync } from "node:fs";

import type { Locator, Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { populate } from "./support/fleet";
import { connectionItem, connectionItems, connectionList, sortButton } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { fleet, table } = en;

const item = (page: Page, name: string) => connectionItem(page, name);
const focused = async (target: Locator) => expect(target).toBeFocused();

async function openView(page: Page): Promise<void> {
  await page.getByRole("button", { name: table.options }).click();
  await expect(page.getByRole("menu")).toBeVisible();
}

test.describe("the table of connections", () => {
  test.beforeEach(async ({ page, admin, broker }) => {
    await populate(admin, broker);
    await page.goto("/");
    await expect(connectionItems(page)).toHaveText([/Kiln/, /Oven/, /Belt/, /Lathe/, /Press/, /Store/]);
  });

  test("says how large it is, and ties cells to titles", async ({ page }) => {
    const grid = page.getByRole("grid", { name: fleet.allTitle });
    await expect(grid).toHaveAttribute("aria-rowcount", "7");
    const titles = [fleet.name, fleet.state, fleet.reason, fleet.version, fleet.changed];
    // The first column has no title but a checkbox.
    await expect(grid).toHaveAttribute("aria-colcount", String(titles.length + 1));
    await expect(grid.getByRole("columnheader")).toHaveText(["", ...titles]);
    await expect(item(page, "Kiln")).toHaveAttribute("aria-rowindex", "2");
    await expect(item(page, "Store")).toHaveAttribute("aria-rowindex", "7");
    await expect(item(page, "Kiln").getByRole("rowheader")).toContainText("Kiln");
    await expect(item(page, "Kiln").getByRole("gridcell")).toHaveCount(titles.length);
    await expect(grid.getByRole("columnheader", { name: fleet.state })).toHaveAttribute("aria-sort", "ascending");
    await expect(grid.getByRole("columnheader", { name: fleet.name })).toHaveAttribute("aria-sort", "none");
  });

  test("a link skips to it, it is one stop of the Tab key, and arrows move within it", async ({ page }) => {
    const { keyboard } = page;
    const link = (name: string) => item(page, name).getByRole("link");
    await keyboard.press("Tab");
    await focused(page.getByRole("link", { name: en.nav.skip }));
    await keyboard.press("Enter");
    await keyboard.press("Tab");
    await focused(page.getByRole("button", { name: fleet.skipToList }));
    await keyboard.press("Enter");
    await focused(link("Kiln"));

    await keyboard.press("ArrowDown");
    await focused(link("Oven"));
    await keyboard.press("ArrowRight");
    await focused(item(page, "Oven").getByRole("gridcell", { name: en.states.down }));
    await keyboard.press("End");
    await focused(item(page, "Oven").getByRole("gridcell").last());
    await keyboard.press("Home");
    await focused(item(page, "Oven").getByRole("checkbox"));
    await keyboard.press("ArrowUp");
    await keyboard.press("ArrowUp");
    await focused(page.getByRole("checkbox", { name: fleet.selectAll }));
    await keyboard.press("ArrowRight");
    await focused(sortButton(page, fleet.name));
    await keyboard.press("Enter");
    await expect(connectionItems(page).first()).toContainText("Belt");
    await keyboard.press("Control+End");
    await focused(item(page, "Store").getByRole("gridcell").last());

    // Tab leaves it, and comes back to the same cell.
    await keyboard.press("Shift+Tab");
    await expect(connectionList(page).locator(":focus")).toHaveCount(0);
    await keyboard.press("Tab");
    await focused(item(page, "Store").getByRole("gridcell").last());

    await keyboard.press("Home");
    await keyboard.press("Space");
    await expect(item(page, "Store")).toHaveAttribute("aria-selected", "true");
    await keyboard.press("ArrowRight");
    await keyboard.press("Space");
    await expect(item(page, "Store")).toHaveAttribute("aria-selected", "false");
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Store" })).toBeVisible();
  });

  test("the focus stays in the table when its row is deleted", async ({ page, admin }) => {
    await item(page, "Lathe").getByRole("link").focus();
    await admin.delete("lathe");
    await expect(item(page, "Lathe")).toHaveCount(0);
    await expect(connectionList(page).locator(":focus")).toHaveCount(1);
    await page.keyboard.press("ArrowUp");
    await expect(connectionList(page).getByRole("link").and(page.locator(":focus"))).toHaveCount(1);
  });

  test("columns sort by what they show, and what is empty is last", async ({ page }) => {
    await sortButton(page, fleet.reason).click();
    await expect(connectionItems(page)).toHaveText([/Kiln/, /Oven/, /Belt/, /Lathe/, /Press/, /Store/]);
    await expect(page).toHaveURL(/sort=reason$/);
    await sortButton(page, fleet.version).click();
    await expect(connectionItems(page)).toHaveText([/Belt/, /Lathe/, /Press/, /Kiln/, /Oven/, /Store/]);
    await sortButton(page, fleet.version).click();
    await expect(page.getByRole("columnheader", { name: fleet.version })).toHaveAttribute("aria-sort", "descending");
    await expect(connectionItems(page)).toHaveText([/Belt/, /Lathe/, /Press/, /Kiln/, /Oven/, /Store/]);
  });

  test("columns, row height and order are remembered", async ({ page }) => {
    await expect(item(page, "Press")).toHaveCSS("height", "52px");
    await openView(page);
    await page.getByRole("menuitemcheckbox", { name: fleet.version }).click();
    await page.getByRole("menuitemcheckbox", { name: fleet.certificate }).click();
    await page.getByRole("menuitemradio", { name: table.densities.compact }).click();
    await page.keyboard.press("Escape");
    await sortButton(page, fleet.name).click();
    await expect(connectionItems(page).first()).toContainText("Belt");

    await page.goto("/about");
    await page.goto("/");
    await expect(connectionItems(page).first()).toContainText("Belt");
    await expect(item(page, "Press")).toHaveCSS("height", "36px");
    await expect(page.getByRole("columnheader", { name: fleet.certificate })).toBeVisible();
    await expect(page.getByRole("columnheader", { name: fleet.version })).toBeHidden();
    // A shared URL names its order.
    await page.goto("/?sort=name&down=true");
    await expect(connectionItems(page).first()).toContainText("Store");
  });

  test("settings of another version, or none at all, are no trouble", async ({ page }) => {
    for (const stored of ["{", "null", '{"columns":{"gone":true,"name":false},"sort":{"column":"gone"},"density":7}']) {
      await page.evaluate((text) => localStorage.setItem("haltere.table.fleet", text), stored);
      await page.reload();
      await expect(connectionItems(page).first()).toContainText("Kiln");
      await expect(page.getByRole("columnheader", { name: fleet.name })).toBeVisible();
    }
  });

  test("a narrow window shows the columns that matter most", async ({ page }) => {
    const titles = page.getByRole("columnheader");
    await page.setViewportSize({ width: 360, height: 740 });
    await expect(titles).toHaveText(["", fleet.name, fleet.state]);
    await expect(item(page, "Kiln")).toContainText("ECONNREFUSED");
    await page.setViewportSize({ width: 800, height: 740 });
    await expect(titles).toHaveText(["", fleet.name, fleet.state, fleet.reason, fleet.changed]);
    // The list has the width of a large screen.
    await page.setViewportSize({ width: 2560, height: 1440 });
    await expect(titles).toHaveCount(6);
    const width = await connectionList(page).evaluate((list) => list.clientWidth);
    expect(width).toBeGreaterThan(1700);
  });
});

test("the list is downloaded as CSV: what is filtered, with the chosen columns, and nothing that runs", async ({
  page,
  admin,
}) => {
  const hostile = ['=cmd|" /C calc"!A0', "@SUM(1)", "+1+1", "-1+1", 'quote " and , comma', "Straße 漢字"];
  await admin.load([
    ...hostile.map((name, number) => ({ id: `h${number}`, name, url: UNREACHABLE_URL })),
    { id: "other", name: "Other", url: "mqtt://elsewhere.invalid" },
  ]);
  await page.goto(`/?sort=name&q=${encodeURIComponent(new URL(UNREACHABLE_URL).host)}`);
  await expect(connectionItems(page)).toHaveCount(hostile.length);
  await openView(page);
  await page.getByRole("menuitemcheckbox", { name: fleet.version }).click();
  const started = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: fleet.downloadCsv(hostile.length) }).click();
  const download = await started;
  expect(download.suggestedFilename()).toMatch(/^haltere-fleet-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await download.path(), "utf8").split("\r\n");
  expect(lines[0]).toBe(
    `\ufeff"${fleet.name}","URL","${fleet.state}","${fleet.code}","${fleet.reason}","${fleet.changed}"`,
  );
  const names = lines.slice(1, -1).map((line) => /^"((?:[^"]|"")*)","mqtt:/.exec(line)?.[1]);
  const quoted = hostile.map((name) => (/^[=@+-]/.test(name) ? `'${name}` : name).replaceAll('"', '""'));
  expect(names.toSorted()).toEqual(quoted.toSorted());
});

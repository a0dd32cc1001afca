import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { galleryMessages } from "../src/i18n/gallery";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe";
import { textField } from "./support/locators";
import { expect, test } from "./support/test";

const PATH = "/gallery";
const texts = galleryMessages.en;

/** Chooses how a payload is shown. */
async function show(page: Page, payload: string, kind: string): Promise<void> {
  await page.getByRole("figure", { name: payload, exact: true }).getByText(kind, { exact: true }).click();
}

for (const [language, locale, t] of [
  ["en", "en-GB", en],
  ["de", "de-DE", de],
] as const) {
  test.describe(`in ${language}`, () => {
    test.use({ locale, colorScheme: "light" });
    const texts = galleryMessages[language];

    test("axe finds nothing in the gallery, whatever its components show", async ({ page }) => {
      // Some twenty runs of axe.
      test.slow();
      // The colours do not depend on the language.
      const expectAxeFindsNothing = t === en ? expectAccessibleInBothThemes : expectAccessible;
      for (const content of ["loading", "empty"]) {
        await page.goto(`${PATH}?table=${content}`);
        await expect(page.getByRole("grid").getByRole("row")).toHaveCount(1);
        await expectAxeFindsNothing(page, `table that is ${content}`);
      }
      await page.goto(PATH);
      await page.getByRole("button", { name: texts.showOutcome }).click();
      await page.getByRole("button", { name: texts.showError }).click();
      await expect(page.getByRole("alert").filter({ hasText: texts.error })).toBeVisible();
      await show(page, texts.json, t.viewer.kinds.text);
      await show(page, texts.plain, t.viewer.kinds.hex);
      await page.getByRole("button", { name: texts.openPanel }).click();
      await expect(page.getByRole("dialog", { name: texts.panel })).toBeVisible();
      await expectAxeFindsNothing(page, "notifications, viewers and side panel");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: texts.openDialog }).click();
      await expect(page.getByRole("dialog", { name: texts.question })).toBeVisible();
      await expectAxeFindsNothing(page, "dialog");
    });
  });
}

test("notifications are added to a live region that is there before; errors interrupt", async ({ page }) => {
  await page.goto(PATH);
  const region = page.locator("#root > [aria-live=polite]");
  await expect(region).toBeAttached();
  await expect(region).toHaveText("");
  await page.getByRole("button", { name: texts.showOutcome }).click();
  await expect(region).toContainText(texts.outcome);
  await page.getByRole("button", { name: texts.showError }).click();
  await expect(region.getByRole("alert")).toContainText(texts.error);
});

test("hostile texts stay texts in all components", async ({ page }) => {
  const hostile = "<img src=x onerror=window.gotIn=1>";
  await page.goto(`${PATH}?q=${encodeURIComponent(hostile)}`);
  await expect(page.getByRole("row", { name: hostile })).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue(hostile);
  await expect(page.getByRole("treeitem", { name: hostile })).toBeVisible();
  for (const kind of [en.viewer.kinds.text, en.viewer.kinds.hex, en.viewer.kinds.json]) {
    await show(page, texts.json, kind);
    await expect(page.getByRole("main").locator("img, iframe, script, style, [onerror]")).toHaveCount(0);
  }
  expect(await page.evaluate(() => "gotIn" in window)).toBe(false);
  // Invisible characters are shown, and reorder nothing.
  const plain = page.getByRole("figure", { name: texts.plain });
  await expect(plain).toContainText(String.raw`\u001b[31mred\u0000\u202eend`);
});

test("the cursor of a chart moves by keyboard and says what it is at", async ({ page }) => {
  await page.goto(PATH);
  const chart = page.getByRole("region", { name: texts.chart });
  await expect(chart.locator("canvas")).toBeVisible();
  const cursor = chart.getByRole("slider");
  await cursor.focus();
  await page.keyboard.press("Home");
  await expect(cursor).toHaveAttribute("aria-valuetext", new RegExp(`${texts.series[0]} 50 · ${texts.series[1]} 50`));
  for (let step = 0; step < 21; step += 1) await page.keyboard.press("ArrowRight");
  await expect(cursor).toHaveAttribute("aria-valuetext", new RegExp(`${texts.series[0]} ${en.chart.noValue} · `));
});

test("the URL holds what is chosen", async ({ page }) => {
  await page.goto(PATH);
  const filter = page.getByRole("searchbox", { name: texts.filter });
  await filter.fill("1883");
  await filter.blur();
  await page.getByRole("treeitem", { name: "status" }).click();
  const tabs = page.getByRole("navigation", { name: texts.tabs });
  await tabs.getByRole("link", { name: texts.tabNames.history }).click();
  await expect(page).toHaveURL(/q=.*1883.*topic=status&tab=history$/);
  await page.reload();
  await expect(filter).toHaveValue("1883");
  await expect(page.getByText(texts.nothing)).toBeVisible();
  await expect(page.getByRole("treeitem", { name: "status" })).toHaveAttribute("aria-selected", "true");
  await expect(tabs.locator("[aria-current=page]")).toHaveText(texts.tabNames.history);
  await expect(page.getByText(texts.tabContent(texts.tabNames.history))).toBeVisible();

  await filter.fill("");
  await filter.blur();
  await tabs.getByRole("link", { name: texts.tabNames.overview }).click();
  await expect(tabs.locator("[aria-current=page]")).toHaveText(texts.tabNames.overview);
  await page.getByText(texts.loading, { exact: true }).click();
  await expect(page).toHaveURL(/\/gallery\?topic=status&table=loading$/);
  await expect(page.getByRole("grid")).toHaveAttribute("aria-busy", "true");

  // Values that no page wrote.
  await page.goto(`${PATH}?table=gone&tab=[]&topic=%7B%22a%22%3A1%7D&q=null`);
  await expect(tabs).toBeVisible();
  await expect(page.getByText(texts.tabContent(texts.tabNames.overview))).toBeVisible();
  await expect(filter).toHaveValue("null");
});

test("the tree works by keyboard", async ({ page }) => {
  await page.goto(PATH);
  const tree = page.getByRole("tree", { name: texts.topics });
  const item = (name: string) => tree.getByRole("treeitem", { name });
  await item("works").focus();
  await page.keyboard.press("ArrowRight");
  await expect(item("hall-1")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(item("hall-1")).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("ArrowRight");
  await expect(item("temperature")).toBeFocused();
  await expect(item("temperature")).toHaveAttribute("aria-level", "3");
  await page.keyboard.press("Enter");
  await expect(item("temperature")).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(item("hall-1")).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("End");
  await expect(item("status")).toBeFocused();
  // The tree is one stop of the Tab key.
  await page.keyboard.press("Shift+Tab");
  await expect(tree.locator(":focus")).toHaveCount(0);
  await page.keyboard.press("Tab");
  await expect(item("status")).toBeFocused();
});

test("a tree renders only what is in view of ten thousand nodes", async ({ page }) => {
  await page.goto(PATH);
  const tree = page.getByRole("tree", { name: texts.topics });
  const sensors = tree.getByRole("treeitem", { name: "sensors" });
  await sensors.focus();
  await page.keyboard.press("ArrowRight");
  await expect(sensors).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("End");
  await expect(tree.getByRole("treeitem", { name: "status" })).toBeFocused();
  await expect(tree.getByRole("treeitem", { name: "status" })).toBeInViewport();
  for (let row = 0; row < 9; row++) await page.keyboard.press("ArrowUp");
  const last = tree.getByRole("treeitem", { name: "s9999" });
  await expect(last).toBeFocused();
  await expect(last).toHaveAttribute("aria-posinset", "10000");
  await expect(last).toHaveAttribute("aria-setsize", "10000");
  expect(await tree.getByRole("treeitem").count()).toBeLessThan(60);
  await page.keyboard.press("ArrowLeft");
  await expect(sensors).toBeFocused();
  await expect(sensors).toBeInViewport();
});

test("a side panel returns the focus, and asks before it discards what was typed", async ({ page }) => {
  await page.goto(PATH);
  const open = page.getByRole("button", { name: texts.openPanel });
  const panel = page.getByRole("dialog", { name: texts.panel });
  await open.click();
  await expect(textField(page, texts.user)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(open).toBeFocused();

  await open.click();
  await textField(page, texts.user).fill("ada");
  await page.keyboard.press("Escape");
  const question = page.getByRole("dialog", { name: en.leave.title });
  await expect(question.getByRole("button", { name: en.cancel })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(textField(page, texts.user)).toHaveValue("ada");
  await panel.getByRole("button", { name: en.cancel }).click();
  await question.getByRole("button", { name: en.leave.go }).click();
  await expect(panel).toBeHidden();
  await expect(open).toBeFocused();

  await open.click();
  await expect(textField(page, texts.user)).toHaveValue("");
  // Enter submits once the required field is filled.
  await page.keyboard.press("Enter");
  await expect(panel).toBeVisible();
  await page.keyboard.type("ada");
  await page.keyboard.press("Enter");
  await expect(panel).toBeHidden();
});

test("an outcome can be undone", async ({ page }) => {
  await page.goto(PATH);
  await page.getByRole("button", { name: texts.showOutcome }).click();
  await page.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(texts.undone)).toBeVisible();
  await expect(page.getByText(texts.outcome)).toBeHidden();
});

test.describe("viewers", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("a payload is shown in the views that it has, and a large one in part", async ({ page }) => {
    await page.goto(PATH);
    const figure = (name: string) => page.getByRole("figure", { name, exact: true });
    await expect(figure(texts.binary)).toContainText("00000000");
    await expect(figure(texts.binary)).toContainText(en.viewer.cut("19.5 KiB"));
    await expect(figure(texts.binary).getByRole("radio")).toHaveCount(1);
    await expect(figure(texts.json)).toContainText('"temperature": 21.5');
    await expect(figure(texts.json)).not.toContainText(en.viewer.cut("").slice(0, 20));
    await show(page, texts.json, en.viewer.kinds.hex);
    await expect(figure(texts.json)).toContainText("7b 22 74 65");

    const large = figure(texts.longJson);
    await expect(large).toContainText(/Only the beginning is shown/);
    await expect(large).not.toContainText('"index": 4999');
    await large.getByRole("button", { name: `${en.copy}: ${texts.longJson}` }).click();
    await expect(large).toContainText(en.copied);
    expect(await page.evaluate(async () => navigator.clipboard.readText())).toMatch(/\{"index":4999\}\]$/);
    // The keyboard scrolls it.
    const code = large.getByRole("region", { name: texts.longJson });
    await code.focus();
    await page.keyboard.press("End");
    await expect.poll(async () => code.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(100);
  });
});

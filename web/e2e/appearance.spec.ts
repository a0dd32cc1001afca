import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { populate } from "./support/fleet";
import { UNAUTHORIZED } from "./support/guard";
import { openPage, PAGES } from "./support/pages";
import { expect, test } from "./support/test";

const { appearance } = en;

const background = async (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test("the theme follows the system until one is chosen, which is remembered", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/profile");
  await expect(page.getByRole("radiogroup", { name: appearance.theme })).toBeVisible();
  const light = await background(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(async () => background(page)).not.toBe(light);
  await page.getByRole("radiogroup", { name: appearance.theme }).getByText(appearance.themes.light).click();
  await expect.poll(async () => background(page)).toBe(light);
  await page.reload();
  await expect(page.getByRole("radio", { name: appearance.themes.light })).toBeChecked();
  expect(await background(page)).toBe(light);
});

test("a chosen language is remembered", async ({ page }) => {
  await page.goto("/profile");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.getByRole("radiogroup", { name: appearance.language }).getByText("Deutsch").click();
  await expect(page.getByRole("heading", { name: de.profile.appearance })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.reload();
  await expect(page.getByRole("heading", { name: de.profile.appearance })).toBeVisible();
});

test("a language that can't be loaded is reported, and chosen again works", async ({ page, guard }) => {
  guard.allow(/de-core/, /net::ERR_/);
  await page.route(/\/de-core-/, async (route) => route.abort("connectionreset"));
  await page.goto("/profile");
  const choice = page.getByRole("radiogroup", { name: appearance.language });
  await choice.getByText("Deutsch").click();
  await expect(page.getByRole("alert")).toContainText(appearance.languageNotLoaded);
  await expect(choice.getByRole("radio", { name: "English" })).toBeChecked();
  await page.unroute(/\/de-core-/);
  await choice.getByText("Deutsch").click();
  await expect(page.getByRole("heading", { name: de.profile.appearance })).toBeVisible();
});

test("styles of pages that load later override those of components", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: "mqtt://127.0.0.1:3", labels: { site: "graz" } });
  await page.goto("/activity?connection=press");
  const chip = page.getByRole("button", { name: /Press$/ });
  await expect(chip).not.toHaveCSS("padding-left", "0px");
  await expect(chip).not.toHaveCSS("border-left-width", "0px");
});

test("texts are in the font that the console brings, whatever fonts the system has", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press in Łódź", url: "mqtt://127.0.0.1:3" });
  const files: string[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "font") files.push(request.url().replace(/.*\/(.*)-\w+\.woff2$/, "$1"));
  });
  await page.goto("/connections/press");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Press in Łódź");
  await page.evaluate(async () => document.fonts.ready);
  expect(await fontsOf(page, "h1")).toEqual(["Inter"]);
  // What is preloaded is also what is used.
  expect(files).toEqual(["inter-latin-wght-normal", "inter-latin-ext-wght-normal"]);
});

/** The fonts that draw the text of the first element that a selector finds. */
async function fontsOf(page: Page, selector: string): Promise<string[]> {
  const browser = await page.context().newCDPSession(page);
  await browser.send("DOM.enable");
  await browser.send("CSS.enable");
  const { root } = await browser.send("DOM.getDocument");
  const { nodeId } = await browser.send("DOM.querySelector", { nodeId: root.nodeId, selector });
  const { fonts } = await browser.send("CSS.getPlatformFontsForNode", { nodeId });
  return [...new Set(fonts.map(({ familyName }) => familyName))];
}

/** All texts of a catalogue of messages. */
function texts(words: object): string[] {
  return Object.values(words).flatMap((word: unknown) => {
    if (typeof word === "string") return [word];
    return typeof word === "object" && word !== null ? texts(word) : [];
  });
}

test.describe("in German", () => {
  test.use({ locale: "de-DE" });

  test("no page has an English text", async ({ page, admin, broker, guard }) => {
    const german = new Set(texts(de));
    const foreign = texts(en).filter((text) => !german.has(text));
    await populate(admin, broker);
    for (const each of PAGES) {
      await test.step(each.name, async () => {
        await openPage(page, each, de);
        await expect(page.locator("html")).toHaveAttribute("lang", "de");
        expect.soft(await leftovers(page, foreign), each.name).toEqual([]);
      });
    }
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("option", { name: de.nav.about })).toBeVisible();
    expect.soft(await leftovers(page, foreign), "palette").toEqual([]);
    // The check itself works: it finds English texts on an English page.
    await page.getByRole("option", { name: "English" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    expect((await leftovers(page, foreign)).length).toBeGreaterThan(5);
    await page.evaluate(() => localStorage.clear());

    guard.allow(UNAUTHORIZED);
    await page.context().clearCookies();
    await page.goto("/login");
    await expect(page.getByRole("heading", { name: de.login.title })).toBeVisible();
    expect.soft(await leftovers(page, foreign), "login").toEqual([]);
  });
});

/** The texts that the page shows or that a screen reader announces. */
async function leftovers(page: Page, foreign: readonly string[]): Promise<string[]> {
  return page.evaluate((foreign) => {
    const shown = new Set<string>();
    const add = (text: string | null | undefined) => text?.trim() && shown.add(text.trim());
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) add(walker.currentNode.nodeValue);
    for (const element of document.querySelectorAll("*")) {
      for (const name of ["aria-label", "title", "placeholder", "alt"]) add(element.getAttribute(name));
    }
    add(document.title.replace(/^\(\d+\) /, "").replace(/ · haltere$/, ""));
    return foreign.filter((text) => shown.has(text));
  }, foreign);
}

test.describe("an address that is no page", () => {
  test.use({ locale: "de-DE" });

  test("says so in the user's language, and leads back to the fleet", async ({ page, guard }) => {
    guard.allow(/status of 404 /);
    const response = await page.goto("/administration/nothing");
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: de.errors.notFound })).toBeVisible();
    await page.getByRole("main").getByRole("link").first().click();
    await expect(page.getByRole("heading", { name: de.fleet.empty })).toBeVisible();
  });
});

import { en } from "../src/i18n/en";
import { populate } from "./support/fleet";
import { connectionItem, connectionItems, sortButton } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { fleet } = en;

test.beforeEach(async ({ page, admin, broker }) => {
  await populate(admin, broker);
  await page.goto("/");
  await expect(connectionItems(page)).toHaveCount(6);
});

test("failures come first, grouped by code, then all connections", async ({ page }) => {
  const wrong = page.getByRole("region", { name: fleet.failuresTitle });
  await expect(wrong).toContainText("ECONNREFUSED");
  expect((await wrong.getByRole("link").allTextContents()).toSorted()).toEqual(["Kiln", "Oven"]);
  await expect(connectionItems(page)).toHaveText([/Kiln/, /Oven/, /Belt/, /Lathe/, /Press/, /Store/]);

  await sortButton(page, fleet.name).click();
  await expect(connectionItems(page)).toHaveText([/Belt/, /Kiln/, /Lathe/, /Oven/, /Press/, /Store/]);
  await sortButton(page, fleet.name).click();
  await expect(connectionItems(page)).toHaveText([/Store/, /Press/, /Oven/, /Lathe/, /Kiln/, /Belt/]);
});

test("a filter is in the URL: it survives reload, sharing and going back", async ({ page, openWindow }) => {
  const filter = page.getByRole("searchbox", { name: fleet.filter });
  await filter.pressSequentially("oven");
  await expect(connectionItems(page)).toHaveText([/Oven/]);
  await filter.press("Escape");
  await expect(connectionItems(page)).toHaveCount(6);
  await page.getByRole("button", { name: `2 ${en.states.down}` }).click();
  await expect(connectionItems(page)).toHaveText([/Kiln/, /Oven/]);
  await filter.fill("kil");
  await expect(connectionItems(page)).toHaveText([/Kiln/]);
  // The URL follows once typing rests.
  await expect(page).toHaveURL(/q=kil/);

  await page.reload();
  await expect(connectionItems(page)).toHaveText([/Kiln/]);
  await expect(filter).toHaveValue("kil");
  const colleague = await openWindow();
  await colleague.goto(page.url());
  await expect(connectionItems(colleague)).toHaveText([/Kiln/]);

  await connectionItems(page).getByRole("link", { name: "Kiln" }).click();
  await expect(page.getByRole("heading", { name: "Kiln" })).toBeVisible();
  await page.goBack();
  await expect(connectionItems(page)).toHaveText([/Kiln/]);
  await expect(filter).toHaveValue("kil");
  await page.getByRole("button", { name: fleet.clearFilter, exact: true }).click();
  await page.getByRole("button", { name: `${fleet.clearFilter}: ${en.states.down}` }).click();
  await expect(connectionItems(page)).toHaveCount(6);
  await expect(page).toHaveURL(/\/$/);
});

test("the URL that follows the filter leaves the page where it is scrolled to", async ({ page, admin }) => {
  await admin.load(
    Array.from({ length: 50 }, (_, number) => ({ id: `b-${number}`, name: `Broker ${number}`, url: UNREACHABLE_URL })),
  );
  await page.goto("/?sort=name");
  await expect(connectionItem(page, "Broker 0")).toBeVisible();
  await page.getByRole("searchbox", { name: fleet.filter }).fill("broker");
  await page.mouse.move(640, 400);
  await page.mouse.wheel(0, 600);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(600);
  await expect(page).toHaveURL(/q=broker/);
  // The router scrolls when it has rendered the new URL, within a frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await page.evaluate(() => scrollY)).toBe(600);
});

test("a filter that looks like a number, a list or null stays the typed text", async ({ page }) => {
  const filter = page.getByRole("searchbox", { name: fleet.filter });
  for (const text of ["18831", "true", "null", "[1]", '{"a":1}', "1e3", "%41", "a&b=c", "+ +", '"x"']) {
    await filter.fill(text);
    await expect(page.getByText(fleet.noMatch)).toBeVisible();
    await expect(page).toHaveURL(/[?&]q=/);
    await page.reload();
    await expect(filter).toHaveValue(text);
    await page.getByRole("link", { name: fleet.clearFilter }).click();
    await expect(filter).toHaveValue("");
    await expect(page).toHaveURL(/\/$/);
  }
});

test("the menu filters by the states, codes and versions that occur", async ({ page }) => {
  await page.getByRole("button", { name: fleet.choose }).click();
  const menu = page.getByRole("menu");
  const choice = (group: string, name: RegExp) =>
    menu.getByRole("group", { name: group }).getByRole("menuitemcheckbox", { name });
  await expect(choice(fleet.state, /Connected.*3/)).toBeVisible();
  await choice(fleet.reason, /ECONNREFUSED.*2/).click();
  await expect(connectionItems(page)).toHaveText([/Kiln/, /Oven/]);
  await choice(fleet.reason, /ECONNREFUSED/).click();
  await choice(fleet.version, /mosquitto version.*3/).click();
  await expect(connectionItems(page)).toHaveText([/Belt/, /Lathe/, /Press/]);
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(page).toHaveURL(/version=mosquitto/);
});

test("the grid shows the same fleet, and is kept when going back", async ({ page }) => {
  await page.getByRole("img", { name: fleet.grid }).click();
  await expect(page).toHaveURL(/view=grid/);
  await expect(connectionItems(page)).toHaveCount(6);
  await expect(connectionItems(page).first()).toHaveText(/Kiln.*ECONNREFUSED/);
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await connectionItems(page).filter({ hasText: "Press" }).click();
  await expect(page.getByRole("heading", { name: "Press" })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/view=grid/);
  await expect(connectionItems(page)).toHaveCount(6);
});

test("the navigation and the palette lead back to the fleet as it was left, and on the fleet to all of it", async ({
  page,
}) => {
  const fleetLink = page.getByRole("navigation", { name: en.nav.main }).getByRole("link", { name: en.nav.fleet });
  const lookAround = async () => {
    await page.getByRole("button", { name: en.nav.profile }).click();
    await page.getByRole("menuitem", { name: en.nav.profile }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("admin");
  };
  await page.goto("/?q=press&view=grid");
  await lookAround();
  await fleetLink.click();
  await expect(page).toHaveURL(/\?q=press&view=grid$/);
  await lookAround();
  await page.keyboard.press("Control+k");
  await page.getByRole("option", { name: en.nav.fleet, exact: true }).click();
  await expect(page).toHaveURL(/\?q=press&view=grid$/);
  await fleetLink.click();
  await expect(page).toHaveURL(/\/$/);
});

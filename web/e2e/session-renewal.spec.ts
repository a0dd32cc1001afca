import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { textField } from "./support/locators";
import { submitLogin } from "./support/log-in";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { form } = en;

test("a session that ends while a form is filled in is renewed in front of it, and nothing typed is lost", async ({
  page,
  admin,
  haltere,
  guard,
}) => {
  guard.allow(/status of 401 /);
  await page.goto("/new");
  await textField(page, form.url).fill(UNREACHABLE_URL);
  await textField(page, form.name).fill("Press 4");
  await page.getByLabel(form.password, { exact: true }).fill("typed");
  await page.getByRole("button", { name: form.advanced, exact: true }).click();
  await textField(page, form.id).fill("press-4");
  const password = { oldPassword: "balance-in-flight", password: "balance-in-flight-2" };
  await admin.ask("PUT", "/api/profile", password);

  await expect(page.getByRole("alert")).toContainText("Your session has ended.");
  await expect(page.getByRole("textbox", { name: en.login.username })).toHaveValue("admin");
  await expect(textField(page, form.name)).toBeHidden();
  // Shortcuts of the page behind do nothing.
  await page.getByRole("heading", { name: en.login.title }).click();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option")).toHaveCount(0);
  await expectAccessible(page, "login in front of a form");

  await submitLogin(page, "admin", password.password);
  await expect(textField(page, form.name)).toHaveValue("Press 4");
  await expect(textField(page, form.url)).toHaveValue(UNREACHABLE_URL);
  await expect(page.getByLabel(form.password, { exact: true })).toHaveValue("typed");
  await expect(textField(page, form.id)).toBeFocused();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.getByLabel(form.password, { exact: true }).fill("");
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("heading", { name: "Press 4" })).toBeVisible();
  // The page is live again.
  const renewed = await haltere.login("admin", password.password);
  await renewed.delete("press-4");
  await expect(page.getByRole("heading", { name: en.connection.gone })).toBeVisible();
});

test("a dialog is suspended while the session is renewed in front of it, and then goes on", async ({
  page,
  admin,
  guard,
}) => {
  guard.allow(/status of 401 /);
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press");
  await page.getByRole("button", { name: en.more }).click();
  await page.getByRole("menuitem", { name: en.connection.delete }).click();
  const dialog = page.getByRole("dialog", { name: en.connection.deleteTitle });
  const typed = dialog.getByRole("textbox");
  await typed.fill("Pre");
  const password = { oldPassword: "balance-in-flight", password: "balance-in-flight-2" };
  await admin.ask("PUT", "/api/profile", password);

  await expect(page.getByRole("alert")).toContainText("Your session has ended.");
  await expect(dialog).toBeHidden();
  const login = page.getByRole("textbox", { name: en.login.username });
  await login.focus();
  // Neither Tab nor Escape gets through to it.
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("[role=dialog]") ?? null)).toBeNull();
  }
  await page.keyboard.press("Escape");
  // The wheel scrolls the login.
  expect(await page.evaluate(() => document.body.hasAttribute("data-scroll-locked"))).toBe(false);

  await submitLogin(page, "admin", password.password);
  await expect(typed).toHaveValue("Pre");
  await expect(typed).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("after a session was renewed in front of an open menu, the focus is at the menu", async ({
  page,
  admin,
  guard,
}) => {
  guard.allow(/status of 401 /);
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press");
  const more = page.getByRole("button", { name: en.more });
  await more.focus();
  await more.press("Enter");
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  const password = { oldPassword: "balance-in-flight", password: "balance-in-flight-2" };
  await admin.ask("PUT", "/api/profile", password);
  await expect(page.getByRole("alert")).toContainText("Your session has ended.");
  // As somebody with a pointer does.
  await page.getByRole("heading", { name: en.login.title }).click();
  await submitLogin(page, "admin", password.password);
  await expect(page.getByRole("heading", { level: 1, name: "Press" })).toBeVisible();
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(more).toBeFocused();
});

test("after a navigation the focus is on the new page's heading", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/");
  await page.getByRole("grid", { name: en.fleet.allTitle }).getByRole("link", { name: "Press" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Press" })).toBeFocused();
  await page.getByRole("link", { name: en.connection.back }).click();
  await expect(page.getByRole("heading", { level: 1, name: en.fleet.title })).toBeFocused();
});

test.describe("in German, on a phone", () => {
  test.use({ locale: "de-DE", viewport: { width: 360, height: 740 } });

  test("no button of the profile is cut off", async ({ page, openWindow }) => {
    await (await openWindow()).goto("/administration/about");
    await page.goto("/profile");
    for (const name of [de.profile.endSession, de.profile.endOthers]) {
      const label = page.getByText(name, { exact: true }).first();
      await expect(label).toBeVisible();
      expect(await label.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
    }
  });
});

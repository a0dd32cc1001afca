import type { Locator, Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessibleInBothThemes } from "./support/axe";
import { UNAUTHORIZED } from "./support/guard";
import { PASSWORD } from "./support/haltere";
import { submitLogin } from "./support/log-in";
import { expect, test } from "./support/test";
import { oneTimePassword } from "./support/totp";

const { secondFactor, login, profile, users } = en;

const REFUSED = /status of 403/;

const section = (page: Page): Locator => page.getByRole("region", { name: secondFactor.title });
const codes = (page: Page): Locator => page.getByRole("list", { name: secondFactor.recoveryCodes });

/** Goes from the first step to the recovery codes; the secret and the codes. */
async function setUp(page: Page): Promise<{ secret: string; recoveryCodes: string[] }> {
  await page.getByRole("button", { name: secondFactor.begin }).click();
  await expect(page.getByRole("img", { name: secondFactor.qrCode })).toBeVisible();
  const secret = (await page.locator("form code").innerText()).replaceAll(" ", "");
  await page.getByRole("textbox", { name: secondFactor.firstCode }).fill(oneTimePassword(secret));
  await page.getByRole("button", { name: secondFactor.confirm }).click();
  await expect(codes(page).getByRole("listitem")).toHaveCount(10);
  return { secret, recoveryCodes: await codes(page).getByRole("listitem").allInnerTexts() };
}

async function submitCode(page: Page, code: string): Promise<void> {
  await page.getByRole("textbox", { name: login.code }).fill(code);
  await page.getByRole("button", { name: login.submit }).click();
}

test("a second factor is set up, asked for at the login, and switched off", async ({ page, openWindow, guard }) => {
  guard.allow(UNAUTHORIZED, REFUSED);
  await page.goto("/profile");
  await expect(section(page)).toContainText(secondFactor.off);
  await section(page).getByRole("button", { name: secondFactor.setUp }).click();
  await section(page).getByLabel(profile.oldPassword).fill("wrong");
  await page.getByRole("button", { name: secondFactor.begin }).click();
  await expect(page.getByRole("alert")).toHaveText(secondFactor.refusals["password: is wrong"] ?? "");
  await section(page).getByLabel(profile.oldPassword).fill(PASSWORD);
  await expectAccessibleInBothThemes(page, "password for a second factor");
  const { secret, recoveryCodes } = await setUp(page);
  await expect(page.getByRole("heading", { name: secondFactor.recoveryCodes })).toBeFocused();
  await expectAccessibleInBothThemes(page, "recovery codes");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: secondFactor.saveCodes }).click();
  expect((await download).suggestedFilename()).toBe(secondFactor.fileName);
  await page.getByRole("button", { name: secondFactor.done }).click();
  await expect(section(page)).toContainText(secondFactor.on(10));

  const other = await openWindow("");
  await other.goto(page.url());
  await submitLogin(other);
  await expect(other.getByRole("textbox", { name: login.code })).toBeFocused();
  await expect(other.getByRole("alert")).toHaveCount(0);
  await expectAccessibleInBothThemes(other, "code at the login");
  await submitCode(other, "000000");
  await expect(other.getByRole("alert")).toHaveText(login.reasons["second-factor-wrong"] ?? "");
  await expect(other.getByRole("textbox", { name: login.code })).toBeFocused();
  await other.getByRole("button", { name: login.back }).click();
  await submitLogin(other);
  await submitCode(other, oneTimePassword(secret, 1));
  await expect(section(other)).toContainText(secondFactor.on(10));

  // A recovery code does as well, once.
  const third = await openWindow("");
  await third.goto(page.url());
  await submitLogin(third);
  await submitCode(third, recoveryCodes[0] ?? "");
  await expect(section(third)).toContainText(secondFactor.on(9));

  await section(third).getByRole("button", { name: secondFactor.renew }).click();
  await section(third).getByLabel(profile.oldPassword).fill(PASSWORD);
  await third.getByRole("textbox", { name: login.code }).fill(recoveryCodes[0] ?? "");
  await section(third).getByRole("button", { name: secondFactor.renew }).click();
  const code = third.getByRole("textbox", { name: login.code });
  await expect(code).toHaveAccessibleDescription(new RegExp(secondFactor.refusals["code: is wrong"] ?? ""));
  await expect(code).toBeFocused();
  await code.fill(recoveryCodes[1] ?? "");
  await section(third).getByRole("button", { name: secondFactor.renew }).click();
  await expect(codes(third).getByRole("listitem")).toHaveCount(10);
  const [first = ""] = await codes(third).getByRole("listitem").allInnerTexts();
  await third.getByRole("button", { name: secondFactor.done }).click();
  await expect(section(third)).toContainText(secondFactor.on(10));

  await section(third).getByRole("button", { name: secondFactor.remove }).click();
  await section(third).getByLabel(profile.oldPassword).fill(PASSWORD);
  await third.getByRole("textbox", { name: login.code }).fill(first);
  await section(third).getByRole("button", { name: secondFactor.remove }).click();
  await expect(section(third).getByRole("status")).toHaveText(secondFactor.removed);
  await expect(section(third)).toContainText(secondFactor.off);
});

test("an administrator resets it, and the user sees that", async ({ page, haltere, openWindow, guard }) => {
  guard.allow(UNAUTHORIZED);
  await haltere.addUser("nina", "viewer");
  const nina = await openWindow("nina");
  await nina.goto(`${haltere.url}/profile`);
  await section(nina).getByRole("button", { name: secondFactor.setUp }).click();
  await section(nina).getByLabel(profile.oldPassword).fill(PASSWORD);
  await setUp(nina);

  await page.goto("/administration/users");
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader").getByText("nina", { exact: true }) });
  await expect(row.getByRole("img", { name: users.hasSecondFactor }).first()).toBeVisible();
  await row.getByRole("button", { name: users.actionsFor("nina") }).click();
  await page.getByRole("menuitem", { name: users.resetSecondFactor }).click();
  const question = page.getByRole("dialog", { name: users.ask.resetSecondFactor("nina") });
  await question.getByRole("button", { name: users.reset }).click();
  await expect(page.getByRole("status").filter({ hasText: users.secondFactorReset("nina") })).toBeVisible();
  await expect(row.getByRole("img", { name: users.hasSecondFactor })).toHaveCount(0);

  const again = await openWindow("");
  await again.goto(haltere.url);
  await submitLogin(again, "nina");
  const notice = again.getByRole("status").filter({ hasText: secondFactor.resetTitle });
  await expect(notice).toContainText("admin");
  await expectAccessibleInBothThemes(again, "reset of a second factor");
  await notice.getByRole("button", { name: secondFactor.dismiss }).click();
  await expect(notice).toHaveCount(0);
  await again.reload();
  await expect(again.getByRole("link", { name: en.nav.fleet })).toBeVisible();
  await expect(notice).toHaveCount(0);
});

for (const [locale, t] of [
  ["en-GB", en],
  ["de-DE", de],
] as const) {
  test.describe(`where one is required, on a phone, in ${locale}`, () => {
    test.use({
      locale,
      viewport: { width: 360, height: 740 },
      loggedInAs: "",
      settings: { HALTERE_LOGIN_SECOND_FACTOR_REQUIRED_FOR: "admin" },
    });

    test("nothing else opens before it is set up", async ({ page, guard }) => {
      guard.allow(UNAUTHORIZED, REFUSED);
      await page.goto("/");
      await submitLogin(page, "admin", PASSWORD, t);
      await expect(page.getByRole("heading", { name: t.secondFactor.dueTitle })).toBeVisible();
      // The user has just typed the password, so the page does not ask again.
      await expect(page.getByLabel(t.profile.oldPassword)).toHaveCount(0);
      await page.getByRole("button", { name: t.secondFactor.begin }).click();
      await expect(page.getByRole("img", { name: t.secondFactor.qrCode })).toBeVisible();
      await expectNoOverflow(page);
      await expectAccessibleInBothThemes(page, "setup of a second factor");
      const secret = (await page.locator("form code").innerText()).replaceAll(" ", "");
      await page.getByRole("textbox", { name: t.secondFactor.firstCode }).fill(oneTimePassword(secret));
      await page.getByRole("button", { name: t.secondFactor.confirm }).click();
      await expect(page.getByRole("heading", { name: t.secondFactor.recoveryCodes })).toBeVisible();
      await expectNoOverflow(page);
      await page.getByRole("button", { name: t.secondFactor.goOn }).click();
      await expect(page.getByRole("heading", { name: t.fleet.empty })).toBeVisible();
    });
  });
}

/** Fails if the page is wider than the window. */
async function expectNoOverflow(page: Page): Promise<void> {
  const isWider = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
  expect(await page.evaluate(isWider)).toBe(false);
}

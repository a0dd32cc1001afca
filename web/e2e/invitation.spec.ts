import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import type { Api } from "./support/api";
import { expectAccessible } from "./support/axe";
import { UNAUTHORIZED } from "./support/guard";
import { submitLogin } from "./support/log-in";
import { expect, test } from "./support/test";

const { invitation, profile } = en;
const PASSWORD = "a sentence of her own";

test.use({ loggedInAs: "" });

/** Invites a user, and returns the path of the link. */
async function invite(admin: Api, name: string): Promise<string> {
  const invited = await admin.ask("POST", `/api/user-management/users/${name}/invitation`, {});
  return (invited as { path: string }).path;
}

async function accept(page: Page): Promise<void> {
  await page.getByLabel(profile.newPassword, { exact: true }).fill(PASSWORD);
  await page.getByLabel(profile.again).fill(PASSWORD);
  await page.getByRole("button", { name: invitation.set }).click();
}

test("an invited user sets a password, once, and logs in with it", async ({ page, haltere, admin, guard }) => {
  guard.allow(UNAUTHORIZED, /status of 410/);
  await haltere.addUser("nina", "viewer");
  const path = await invite(admin, "nina");
  await page.goto(path);
  await expect(page.getByRole("heading", { name: invitation.title })).toBeVisible();
  await expect(page.getByLabel(profile.oldPassword)).toHaveCount(0);
  await expectAccessible(page, "an invitation");
  await accept(page);
  await expect(page.getByRole("status")).toContainText(invitation.accepted("nina"));
  // The button that was used is gone.
  await expect(page.getByRole("link", { name: invitation.logIn })).toBeFocused();
  await expectAccessible(page, "an accepted invitation");
  await page.getByRole("link", { name: invitation.logIn }).click();
  await submitLogin(page, "nina", PASSWORD);
  await expect(page.getByRole("link", { name: en.nav.fleet })).toBeVisible();

  await page.goto("about:blank");
  await page.goto(`${haltere.url}${path}`);
  await accept(page);
  await expect(page.getByRole("alert")).toContainText("This invitation was used already");
});

test("a link that is pasted while the page is open is another invitation", async ({ page, haltere, admin, guard }) => {
  guard.allow(UNAUTHORIZED);
  await page.goto("/invitation");
  await expect(page.getByRole("alert")).toContainText(invitation.incomplete);
  for (const name of ["nina", "otto"]) {
    await haltere.addUser(name, "viewer");
    // Only what follows `#` differs, so the browser does not load the page again.
    await page.goto(await invite(admin, name));
    await accept(page);
    await expect(page.getByRole("status")).toContainText(invitation.accepted(name));
  }
});

test.describe("in German", () => {
  test.use({ locale: "de" });

  test("a link without its end says so", async ({ page, guard }) => {
    guard.allow(UNAUTHORIZED);
    await page.goto("/invitation");
    await expect(page.getByRole("alert")).toContainText(de.invitation.incomplete);
  });
});

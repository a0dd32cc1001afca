import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessibleInBothThemes } from "./support/axe";
import { UNAUTHORIZED } from "./support/guard";
import { connectionItem } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { users, nav } = en;

const USERS = "/administration/users";

async function viewAs(page: Page, name: string): Promise<void> {
  await page.goto(USERS);
  await page.getByRole("button", { name: users.actionsFor(name) }).click();
  await page.getByRole("menuitem", { name: users.viewAs }).click();
  await expect(page.getByRole("button", { name: `${nav.profile}: ${name}` })).toBeVisible();
}

const banner = (page: Page, name: string) => page.getByRole("status").filter({ hasText: users.viewedAs(name) });

test.beforeEach(async ({ haltere, admin, guard }) => {
  // What was under way when a view began or ended.
  guard.allow(UNAUTHORIZED);
  await haltere.addUser("bob", "connectionManager");
  await admin.load(["press", "oven"].map((id) => ({ id, name: `Line ${id}`, url: UNREACHABLE_URL })));
  const group = { name: "Presses", role: "connectionManager", users: ["bob"], connections: ["press"] };
  await admin.ask("POST", "/api/user-management/groups", group);
});

test("an administrator sees what another user sees, read only, and stops", async ({ page, openWindow, haltere }) => {
  const other = await openWindow("bob");
  await other.goto(`${haltere.url}/`);
  await expect(connectionItem(other, "Line press")).toBeVisible();
  await viewAs(page, "bob");
  await expect(banner(page, "bob")).toContainText(users.viewReadOnly);
  await expect(connectionItem(page, "Line press")).toBeVisible();
  await expect(page.getByText("Line oven")).toHaveCount(0);
  await expect(page.getByRole("link", { name: nav.administration })).toHaveCount(0);
  // Bob himself may create connections.
  await expect(other.getByRole("main").getByRole("link", { name: en.fleet.newConnection })).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: en.fleet.newConnection })).toHaveCount(0);
  await expectAccessibleInBothThemes(page, "view as another user");

  await connectionItem(page, "Line press").getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Line press" })).toBeVisible();
  await expect(banner(page, "bob")).toBeVisible();
  await expect(page.getByRole("link", { name: en.connection.edit })).toHaveCount(0);
  await page.goto("/profile");
  await expect(page.getByRole("heading", { name: en.profile.appearance })).toBeVisible();
  for (const absent of [en.profile.password, en.profile.sessions]) {
    await expect(page.getByRole("heading", { name: absent })).toHaveCount(0);
  }
  await page.reload();
  await page.getByRole("button", { name: users.stopViewing }).press("Enter");
  await expect(page.getByRole("button", { name: `${nav.profile}: admin` })).toBeVisible();
  await expect(banner(page, "bob")).toHaveCount(0);
  await expect(connectionItem(page, "Line oven")).toBeVisible();
});

test("other windows of the session follow at once", async ({ page, context }) => {
  const other = await context.newPage();
  await other.goto("/");
  await expect(connectionItem(other, "Line oven")).toBeVisible();
  await viewAs(page, "bob");
  await expect(banner(other, "bob")).toBeVisible();
  await expect(other.getByText("Line oven")).toHaveCount(0);
  await other.getByRole("button", { name: users.stopViewing }).click();
  await expect(page.getByRole("button", { name: `${nav.profile}: admin` })).toBeVisible();
  await expect(connectionItem(page, "Line oven")).toBeVisible();
});

test("it ends when the user is disabled, and is not offered for them", async ({ page, haltere }) => {
  await viewAs(page, "bob");
  const chief = await haltere.login();
  await chief.ask("PUT", "/api/user-management/users/bob", { disabled: true });
  await expect(page.getByRole("button", { name: `${nav.profile}: admin` })).toBeVisible();
  await page.goto(USERS);
  for (const name of ["bob", "admin"]) {
    await page.getByRole("button", { name: users.actionsFor(name) }).click();
    await expect(page.getByRole("menuitem", { name: users.sessions })).toBeVisible();
    await expect(page.getByRole("menuitem", { name: users.viewAs })).toHaveCount(0);
    await page.keyboard.press("Escape");
  }
});

test.describe("in German", () => {
  test.use({ locale: "de-DE" });

  test("the banner says as whom one sees haltere", async ({ page }) => {
    await page.goto(USERS);
    await page.getByRole("button", { name: de.users.actionsFor("bob") }).click();
    await page.getByRole("menuitem", { name: de.users.viewAs }).click();
    const shown = page.getByRole("status").filter({ hasText: de.users.viewedAs("bob") });
    await expect(shown).toContainText(de.users.viewReadOnly);
    await shown.getByRole("button", { name: de.users.stopViewing }).click();
    await expect(page.getByRole("button", { name: `${de.nav.profile}: admin` })).toBeVisible();
  });
});

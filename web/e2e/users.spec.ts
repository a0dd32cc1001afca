import type { Locator, Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessibleInBothThemes } from "./support/axe";
import { UNAUTHORIZED } from "./support/guard";
import { PASSWORD } from "./support/haltere";
import { sortButton, textField } from "./support/locators";
import { submitLogin } from "./support/log-in";
import { expect, test } from "./support/test";

const { users, profile, commands } = en;

const USERS = "/administration/users";

const grid = (page: Page): Locator => page.getByRole("grid", { name: en.nav.users });
const rows = (page: Page): Locator =>
  grid(page)
    .getByRole("row")
    .filter({ hasNot: page.getByRole("columnheader") });
const row = (page: Page, name: string): Locator =>
  rows(page).filter({ has: page.getByRole("rowheader").getByText(name, { exact: true }) });

test("users are listed with roles, state and last login, filtered and sorted from the URL", async ({
  page,
  haltere,
  admin,
}) => {
  await haltere.addUser("nina", "connectionManager", "editor");
  await haltere.addUser("omar", "viewer");
  await admin.ask("PUT", "/api/user-management/users/omar", { disabled: true });
  await admin.ask("POST", "/api/user-management/users", { username: "ann", roles: ["viewer"], invite: true });
  await page.goto(USERS);
  await expect(rows(page)).toHaveText([/^adminyou/, /^ann/, /^nina/, /^omar/]);
  await expect(row(page, "nina")).toContainText("Editor, Connection manager");
  await expect(row(page, "nina")).toContainText(users.states.active);
  await expect(row(page, "nina")).toContainText(users.never);
  await expect(row(page, "omar")).toContainText(users.states.disabled);
  await expect(row(page, "ann")).toContainText(users.states.noPassword);
  await expect(row(page, "admin").getByRole("time")).toBeVisible();

  await page.keyboard.press("/");
  await page.keyboard.type("viewer disabled");
  await expect(rows(page)).toHaveText([/^omar/]);
  await expect(page).toHaveURL(/\?q=viewer(\+|%20)disabled$/);
  await page.keyboard.press("Escape");
  await expect(rows(page)).toHaveCount(4);

  await sortButton(page, en.fleet.state).click();
  await sortButton(page, en.fleet.state).click();
  await expect(page).toHaveURL(/sort=state&down=true/);
  await page.mouse.move(0, 0);
  await expect(rows(page)).toHaveText([/^omar/, /^ann/, /^admin/, /^nina/]);
  await page.reload();
  await expect(rows(page)).toHaveText([/^omar/, /^ann/, /^admin/, /^nina/]);

  await page.goto(`${USERS}?q=nobody-like-that`);
  await page.getByRole("link", { name: en.fleet.clearFilter }).press("Enter");
  await expect(page.getByRole("searchbox", { name: users.filter })).toBeFocused();
  await expect(rows(page)).toHaveCount(4);
});

test("a user is created with a password, and logs in", async ({ page, openWindow, haltere, guard }) => {
  guard.allow(UNAUTHORIZED, /status of 4(00|09) .*\/api\/user-management\/users$/);
  await page.goto(USERS);
  await page.getByRole("button", { name: commands.newUser }).click();
  const panel = page.getByRole("dialog", { name: commands.newUser });
  const name = textField(page, en.login.username);
  const password = panel.getByLabel(profile.password, { exact: true }).and(panel.getByRole("textbox"));
  const create = panel.getByRole("button", { name: users.create });
  await expect(name).toBeFocused();

  // Each refusal is at its field, which has the focus.
  await create.click();
  await expect(name).toHaveAccessibleDescription("Must not be empty.");
  await expect(name).toBeFocused();
  await name.fill("admin");
  await expect(name).toHaveAccessibleDescription("");
  await panel.getByRole("radio", { name: users.byPassword }).check();
  await password.fill("password123");
  await create.click();
  const roles = panel.getByRole("group", { name: profile.roles });
  await panel.getByRole("checkbox", { name: /^Viewer/ }).check();
  await create.click();
  await expect(password).toHaveAccessibleDescription(/^Many people use this password/);
  await expect(password).toBeFocused();
  await password.fill(PASSWORD);
  await create.click();
  await expect(name).toHaveAccessibleDescription(users.refusals["username: is taken"] ?? "");
  await expect(name).toBeFocused();
  await name.fill("ann");
  await panel.getByRole("checkbox", { name: /^Viewer/ }).uncheck();
  await create.click();
  await expect(roles).toHaveAccessibleDescription(/^A user has at least one role\./);
  await expect(roles.getByRole("checkbox").first()).toBeFocused();
  await expectAccessibleInBothThemes(page, "new user with an error");
  await panel.getByRole("checkbox", { name: /^Viewer/ }).check();
  await panel.getByRole("switch", { name: users.mustChange }).uncheck();
  await create.click();

  await expect(panel).toBeHidden();
  await expect(page.getByRole("status").filter({ hasText: users.created("ann") })).toBeVisible();
  await expect(page.getByRole("button", { name: commands.newUser })).toBeFocused();
  await expect(row(page, "ann")).toContainText(users.states.active);

  const other = await openWindow("");
  await other.goto(`${haltere.url}/`);
  await submitLogin(other, "ann", PASSWORD);
  await expect(other.getByRole("button", { name: `${en.nav.profile}: ann` })).toBeVisible();
  await expect(other.getByRole("link", { name: en.nav.administration })).toHaveCount(0);
  // There is no page of users for a viewer.
  await other.goto(`${haltere.url}${USERS}`);
  await expect(other.getByRole("heading", { level: 1, name: en.product })).toBeVisible();
  await expect(grid(other)).toHaveCount(0);
});

test("an invitation is shown once, and its link lets the user choose a password", async ({
  page,
  context,
  openWindow,
  haltere,
  guard,
}) => {
  guard.allow(UNAUTHORIZED);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: commands.search })).toBeFocused();
  await page.keyboard.type(commands.newUser);
  await expect(page.getByRole("option")).toHaveText([commands.newUser]);
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog", { name: commands.newUser });
  await textField(page, en.login.username).fill("ann");
  await panel.getByRole("checkbox", { name: /^Connection manager/ }).check();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: users.invitationFor("ann") });
  const link = textField(page, users.link);
  await expect(link).toBeFocused();
  await expect(link).toHaveValue(new RegExp(`^${haltere.url}/invitation#`));
  await expect(dialog).toContainText(/It works once, until \d+ \w+ \d{4}, \d\d:\d\d:\d\d/);
  await expectAccessibleInBothThemes(page, "invitation");
  await dialog.getByRole("button", { name: users.copyLink }).click();
  await expect(dialog.getByText(en.copied)).toBeVisible();
  const copied = await page.evaluate(async () => navigator.clipboard.readText());
  expect(copied).toBe(await link.inputValue());
  // A click next to it does not lose the link.
  await page.mouse.click(5, 5);
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(row(page, "ann")).toContainText(users.states.invited);

  const other = await openWindow("");
  await other.goto(copied);
  await other.getByLabel(profile.newPassword, { exact: true }).fill(PASSWORD);
  await other.getByLabel(profile.again).fill(PASSWORD);
  await other.getByRole("button", { name: en.invitation.set }).click();
  await other.getByRole("link", { name: en.invitation.logIn }).click();
  await submitLogin(other, "ann", PASSWORD);
  await expect(other.getByRole("link", { name: en.fleet.newConnection }).first()).toBeVisible();
  await page.reload();
  await expect(row(page, "ann")).toContainText(users.states.active);
});

test("each role says what it allows, as the server has it", async ({ page, admin }) => {
  await page.goto(`${USERS}?show=new`);
  const panel = page.getByRole("dialog", { name: commands.newUser });
  const describe = async (name: string) => {
    const role = panel.getByRole("checkbox", { name: new RegExp(`^${name}`) });
    const label = role.locator("xpath=ancestor::*[contains(@class, 'body') or contains(@class, 'Checkbox-body')][1]");
    return label.innerText();
  };
  const { roles, paths } = await policy(admin);
  for (const role of roles) {
    const text = await describe(en.roleNames[role] ?? "");
    for (const { action, roles: allowed } of paths) {
      const isSaid = text.includes(users.may[action as keyof typeof users.may]);
      const isListed = role !== "admin" && allowed.includes(role) && allowed.length < roles.length;
      expect.soft(isSaid, `${role}: ${action}`).toBe(isListed);
    }
  }
  expect(await describe(en.roleNames["admin"] ?? "")).toContain(users.mayEverything);
});

/** What the running server's API document says about roles. */
async function policy(admin: { ask: (method: string, path: string) => Promise<unknown> }) {
  const roles = (await admin.ask("GET", "/api/user-management/roles")) as string[];
  const { paths } = (await admin.ask("GET", "/api/docs/export")) as {
    paths: Record<string, Record<string, { "x-haltere-access"?: { action?: string; roles?: string[] } }>>;
  };
  const access = Object.values(paths).flatMap((path) => Object.values(path).map((it) => it["x-haltere-access"]));
  return {
    roles,
    paths: access.flatMap((it) => (it?.action && it.roles ? [{ action: it.action, roles: it.roles }] : [])),
  };
}

/** Opens the menu of a user and chooses an item. */
async function choose(page: Page, name: string, item: string): Promise<void> {
  await menuButton(page, name).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

const menuButton = (page: Page, name: string): Locator =>
  page.getByRole("button", { name: users.actionsFor(name), exact: true });

const isLoggedIn = async (page: Page): Promise<void> =>
  expect(page.getByRole("button", { name: en.nav.commands })).toBeVisible();

const sessionEnded = (page: Page): Locator => page.getByRole("alert").filter({ hasText: "Your session has ended." });

test("disabling a user ends their session, and can be undone", async ({ page, openWindow, haltere, guard }) => {
  guard.allow(UNAUTHORIZED, /status of 401 /);
  await haltere.addUser("nina", "viewer");
  const other = await openWindow("nina");
  await other.goto(`${haltere.url}/`);
  await isLoggedIn(other);
  await page.goto(USERS);
  await choose(page, "nina", users.disable);
  const dialog = page.getByRole("dialog", { name: users.ask.disable("nina") });
  await expect(dialog.getByRole("button", { name: en.cancel })).toBeFocused();
  await expect(dialog).not.toContainText(users.ownAccount);
  await page.keyboard.press("Escape");
  await expect(menuButton(page, "nina")).toBeFocused();
  await choose(page, "nina", users.disable);
  await dialog.getByRole("button", { name: users.disable }).click();
  await expect(row(page, "nina")).toContainText(users.states.disabled);
  await expect(menuButton(page, "nina")).toBeFocused();
  await expect(sessionEnded(other)).toBeVisible();
  await submitLogin(other, "nina");
  await expect(other.getByRole("alert").filter({ hasText: "wrong" })).toBeVisible();

  const outcome = page.getByRole("status").filter({ hasText: users.nowDisabled("nina") });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(en.outcome.undone("nina"))).toBeVisible();
  await expect(row(page, "nina")).toContainText(users.states.active);
  await submitLogin(other, "nina");
  await isLoggedIn(other);

  // From the menu, too.
  await choose(page, "nina", users.disable);
  await dialog.getByRole("button", { name: users.disable }).click();
  await choose(page, "nina", users.enable);
  await expect(page.getByRole("status").filter({ hasText: users.nowEnabled("nina") })).toBeVisible();
  await expect(row(page, "nina")).toContainText(users.states.active);
});

test("the last administrator can't be disabled, demoted or deleted, and it is said where it was tried", async ({
  page,
  guard,
}) => {
  guard.allow(/status of 409 .*\/api\/user-management\/users\/admin$/);
  const refusal = "There must be an administrator: this one is the last.";
  await page.goto(USERS);
  for (const [item, action, button] of [
    [users.disable, "disable", users.disable],
    [en.delete, "delete", en.delete],
  ] as const) {
    await choose(page, "admin", item);
    const dialog = page.getByRole("dialog", { name: users.ask[action]("admin") });
    await expect(dialog).toContainText(users.ownAccount);
    await dialog.getByRole("button", { name: button }).click();
    await expect(dialog.getByRole("alert")).toHaveText(refusal);
    await expectAccessibleInBothThemes(page, `${action} the last administrator`);
    await dialog.getByRole("button", { name: en.cancel }).click();
    await expect(dialog).toBeHidden();
    await expect(menuButton(page, "admin")).toBeFocused();
  }

  await row(page, "admin").getByRole("link", { name: "admin", exact: true }).click();
  await expect(page).toHaveURL(/show=edit&user=admin/);
  const panel = page.getByRole("dialog", { name: "admin" });
  await expect(panel).toContainText(users.endsOwnSession);
  const save = panel.getByRole("button", { name: en.save });
  const roles = panel.getByRole("group", { name: profile.roles });
  await expect(roles.getByRole("checkbox").first()).toBeFocused();
  await panel.getByRole("checkbox", { name: /^Administrator/ }).uncheck();
  await panel.getByRole("checkbox", { name: /^Viewer/ }).check();
  await save.click();
  await expect(roles).toHaveAccessibleDescription(new RegExp(`^${refusal}`));
  await expect(roles.getByRole("checkbox").first()).toBeFocused();
  await panel.getByRole("checkbox", { name: /^Administrator/ }).check();
  await expect(roles).not.toHaveAccessibleDescription(new RegExp(`^${refusal}`));
  await panel.getByRole("switch", { name: users.disabled }).check();
  await save.click();
  await expect(panel.getByText(refusal)).toBeVisible();
  await expect(panel.getByRole("switch", { name: users.disabled })).toBeFocused();
  await expectAccessibleInBothThemes(page, "a user with an error");
  await panel.getByRole("button", { name: en.cancel }).click();
  await page.getByRole("button", { name: en.leave.go }).click();
  await expect(panel).toBeHidden();
  await expect(row(page, "admin")).toContainText(users.states.active);
});

test("roles and password are changed, with an undo for what can be taken back", async ({
  page,
  openWindow,
  haltere,
  guard,
}) => {
  guard.allow(UNAUTHORIZED, /status of 40[013] /);
  await haltere.addUser("nina", "viewer");
  const other = await openWindow("nina");
  await other.goto(`${haltere.url}/`);
  await isLoggedIn(other);
  await page.goto(`${USERS}?show=edit&user=nina`);
  const panel = page.getByRole("dialog", { name: "nina" });
  const save = panel.getByRole("button", { name: en.save });
  await panel.getByRole("checkbox", { name: /^Connection manager/ }).check();
  await save.click();
  await expect(panel).toBeHidden();
  await expect(row(page, "nina")).toContainText("Viewer, Connection manager");
  await expect(sessionEnded(other)).toBeVisible();
  const outcome = page.getByRole("status").filter({ hasText: en.outcome.saved("nina") });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(en.outcome.undone("nina"))).toBeVisible();
  await expect(row(page, "nina")).not.toContainText("Connection manager");

  await row(page, "nina").getByRole("link", { name: "nina", exact: true }).click();
  const password = panel.getByLabel(profile.newPassword).and(panel.getByRole("textbox"));
  await password.fill("password123");
  await save.click();
  await expect(password).toHaveAccessibleDescription(/^Many people use this password/);
  await expect(password).toBeFocused();
  await password.fill("salt on the breeze");
  await panel.getByRole("switch", { name: users.mustChange }).check();
  await password.press("Enter");
  await expect(panel).toBeHidden();
  // Back at the link that opened the panel.
  await expect(row(page, "nina").getByRole("link", { name: "nina", exact: true })).toBeFocused();
  await expect(row(page, "nina")).toContainText(users.states.mustChangePassword);
  await expect(page.getByRole("status").filter({ hasText: en.outcome.saved("nina") })).toBeVisible();
  await expect(page.getByRole("button", { name: en.undo })).toHaveCount(0);
  await submitLogin(other, "nina", "salt on the breeze");
  await expect(other.getByRole("heading", { name: en.initialPassword.title })).toBeVisible();
});

test("a change of another administrator is not overwritten unseen", async ({ page, admin, haltere }) => {
  await haltere.addUser("nina", "viewer");
  await page.goto(`${USERS}?show=edit&user=nina`);
  const panel = page.getByRole("dialog", { name: "nina" });
  const manager = panel.getByRole("checkbox", { name: /^Connection manager/ });
  const disabled = panel.getByRole("switch", { name: users.disabled });
  await manager.check();
  await admin.ask("PUT", "/api/user-management/users/nina", { disabled: true });
  await panel.getByRole("button", { name: en.save }).click();
  const alert = panel.getByRole("alert");
  await expect(alert).toContainText(users.changedMeanwhile(users.settings.disabled));
  await expect(alert).toBeFocused();
  await expect(manager).toBeChecked();
  await expect(disabled).toBeChecked();
  await expectAccessibleInBothThemes(page, "a user who was changed meanwhile");
  await panel.getByRole("button", { name: en.save }).click();
  await expect(panel).toBeHidden();
  await expect(row(page, "nina")).toContainText("Viewer, Connection manager");
  await expect(row(page, "nina")).toContainText(users.states.disabled);

  // Nor by an undo.
  const outcome = page.getByRole("status").filter({ hasText: en.outcome.saved("nina") });
  await admin.ask("PUT", "/api/user-management/users/nina", { roles: ["editor"] });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByRole("alert")).toContainText(users.changedMeanwhile(users.settings.roles));
});

test("what fails is named with the user", async ({ page, admin, guard }) => {
  guard.allow(/status of 410 .*\/omar/);
  await admin.ask("POST", "/api/user-management/users", {
    username: "omar",
    roles: ["viewer"],
    password: PASSWORD,
    disabled: true,
  });
  await page.goto(USERS);
  await page.getByRole("button", { name: users.actionsFor("omar") }).click();
  await admin.ask("DELETE", "/api/user-management/users/omar");
  await page.getByRole("menuitem", { name: users.enable }).click();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(users.notEnabled("omar"));
  await expect(alert).toContainText(en.errors.refusals["User does not exist"] ?? "");
});

test("a user is deleted, and the focus stays in the table", async ({ page, haltere }) => {
  await haltere.addUser("nina", "viewer");
  await haltere.addUser("omar", "viewer");
  await page.goto(USERS);
  // By keyboard alone.
  await menuButton(page, "nina").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: en.fleet.edit })).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: users.ask.delete("nina") });
  await expect(dialog.getByRole("button", { name: en.cancel })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("status").filter({ hasText: users.deleted("nina") })).toBeVisible();
  await expect(rows(page)).toHaveText([/^admin/, /^omar/]);
  await expect(grid(page).locator(":focus")).toHaveCount(1);

  await page.goto(`${USERS}?show=edit&user=nina`);
  await expect(page.getByRole("alert")).toContainText("This user does not exist any more.");
});

test("sessions of a user are ended one by one, and all together", async ({ page, openWindow, haltere, guard }) => {
  guard.allow(UNAUTHORIZED, /status of 401 /);
  await haltere.addUser("nina", "viewer");
  const others = [await openWindow("nina"), await openWindow("nina"), await openWindow("nina")];
  for (const other of others) {
    await other.goto(`${haltere.url}/`);
    await isLoggedIn(other);
  }
  await page.goto(USERS);
  await row(page, "nina")
    .getByRole("link", { name: users.showSessions("nina") })
    .click();
  const panel = page.getByRole("dialog", { name: users.sessionsOf("nina") });
  const sessions = panel.getByRole("list", { name: profile.sessions }).getByRole("listitem");
  await expect(sessions).toHaveCount(3);
  await expectAccessibleInBothThemes(page, "sessions of a user");
  await sessions.first().getByRole("button").click();
  await expect(sessions).toHaveCount(2);
  await expect(panel.getByRole("list", { name: profile.sessions })).toBeFocused();
  await expect
    .poll(async () => (await Promise.all(others.map((other) => sessionEnded(other).count()))).toSorted())
    .toEqual([0, 0, 1]);
  await panel.getByRole("button", { name: users.endAll }).click();
  await expect(panel).toContainText(users.noSessions);
  await expect(panel.getByRole("list", { name: profile.sessions })).toBeFocused();
  for (const other of others) await expect(sessionEnded(other)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(row(page, "nina").getByRole("link", { name: users.showSessions("nina") })).toBeFocused();

  // The session of this console is ended by logging out.
  await choose(page, "admin", users.sessions);
  const own = page.getByRole("dialog", { name: users.sessionsOf("admin") });
  await expect(own.getByRole("listitem").filter({ hasText: profile.thisSession })).toHaveCount(1);
  await expect(own.getByRole("button", { name: users.endAll })).toHaveCount(0);
  await own.getByRole("button", { name: en.close, exact: true }).last().click();
  await expect(menuButton(page, "admin")).toBeFocused();
});

test("a new invitation link is made from the menu", async ({ page, haltere }) => {
  await haltere.addUser("nina", "viewer");
  await page.goto(USERS);
  await choose(page, "nina", users.newInvitation);
  const dialog = page.getByRole("dialog", { name: users.invitationFor("nina") });
  await expect(textField(page, users.link)).toHaveValue(/\/invitation#/);
  await dialog.getByRole("button", { name: en.close, exact: true }).last().click();
  await expect(dialog).toBeHidden();
  await expect(menuButton(page, "nina")).toBeFocused();
});

test("hostile names stay text", async ({ page, admin }) => {
  // Every name opens a form and a dialog.
  test.slow();
  const names = [
    "<img src=x onerror=alert(1)>",
    '"><script>window.gotIn=1</script>',
    "${window.gotIn=1}{{7*7}}",
    "a/b?c=d#e%2f&f",
    "javascript:alert(1)",
    "مرحبا بالعالم",
    "W".repeat(128),
  ];
  for (const username of names) {
    await admin.ask("POST", "/api/user-management/users", { username, password: PASSWORD, roles: ["viewer"] });
  }
  await page.goto(USERS);
  await expect(rows(page)).toHaveCount(names.length + 1);
  for (const name of names) {
    await row(page, name).getByRole("link", { name, exact: true }).click();
    // The URL leads to the same user.
    if (/[#%?]/.test(name)) await page.reload();
    const panel = page.getByRole("dialog", { name, exact: true });
    await panel.getByRole("switch", { name: users.disabled }).check();
    await panel.getByRole("button", { name: en.save }).click();
    await expect(panel).toBeHidden();
    await expect(row(page, name)).toContainText(users.states.disabled);
    await choose(page, name, en.delete);
    await expect(page.getByRole("dialog", { name: users.ask.delete(name) })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  const found = await page.evaluate(() => ({
    gotIn: "gotIn" in window,
    images: document.querySelectorAll("main img, [role=status] img, main script").length,
    isWider: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }));
  expect(found).toEqual({ gotIn: false, images: 0, isWider: false });
});

test.describe("in German", () => {
  test.use({ locale: "de-DE" });

  test("roles and errors of a new user are in German", async ({ page, guard }) => {
    guard.allow(/status of 4(00|09) .*\/api\/user-management\/users$/);
    await page.goto(`${USERS}?show=new`);
    const panel = page.getByRole("dialog", { name: de.commands.newUser });
    const name = textField(page, de.login.username);
    await panel.getByRole("checkbox", { name: /^Betrachter/ }).check();
    for (const [typed, refusal] of [
      ["", "Darf nicht leer sein."],
      ["admin", de.users.refusals["username: is taken"]],
      ["system", de.users.refusals["username: is reserved for haltere itself"]],
    ] as const) {
      await name.fill(typed);
      await panel.getByRole("button", { name: de.users.create }).click();
      await expect(name).toHaveAccessibleDescription(refusal ?? "");
    }
    await expect(panel).not.toContainText(/\b(is|the|user|must|see)\b/i);
  });
});

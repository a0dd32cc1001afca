import type { Locator, Page } from "@playwright/test";

import type { Group, NewGroup } from "../src/api/schema";
import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import type { Api } from "./support/api";
import { expectAccessibleInBothThemes } from "./support/axe";
import { UNAUTHORIZED } from "./support/guard";
import { sortButton, textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { groups, scope, commands } = en;

const GROUPS = "/administration/groups";

const addGroup = async (admin: Api, name: string, fields: Partial<NewGroup> = {}): Promise<unknown> =>
  admin.ask("POST", "/api/user-management/groups", { name, role: "viewer", ...fields });

const groupNamed = async (admin: Api, name: string): Promise<Group> =>
  (await admin.ask("GET", `/api/user-management/groups/${encodeURIComponent(name)}`)) as Group;

const changeGroup = async (admin: Api, name: string, change: object): Promise<unknown> =>
  admin.ask("PUT", `/api/user-management/groups/${encodeURIComponent(name)}`, change);

/** Connections in Graz and Wien, of which no broker is reachable. */
async function addConnections(admin: Api): Promise<void> {
  const sites = { "press-1": "graz", "press-2": "graz", oven: "wien", belt: "wien" };
  const connections = Object.entries(sites).map(([id, site]) => ({ id, name: `Line ${id}`, labels: { site } }));
  await admin.load(connections.map((each) => ({ ...each, url: UNREACHABLE_URL })));
}

const grid = (page: Page): Locator => page.getByRole("grid", { name: en.nav.groups });
const rows = (page: Page): Locator =>
  grid(page)
    .getByRole("row")
    .filter({ hasNot: page.getByRole("columnheader") });
const row = (page: Page, name: string): Locator =>
  rows(page).filter({ has: page.getByRole("rowheader").getByRole("link", { name, exact: true }) });
const nameLink = (page: Page, name: string): Locator => row(page, name).getByRole("link", { name, exact: true });

/** What the preview says. */
const sees = (name: string, n: number): string => `${groups.sees(name, scope.covered(n, 4))} ${groups.hides}`;

test("groups are listed with connections, role and members, filtered and sorted from the URL", async ({
  page,
  haltere,
  admin,
}) => {
  await addConnections(admin);
  await haltere.addUser("ann", "viewer");
  await haltere.addUser("bob", "viewer");
  const shift = { users: ["ann", "bob"], connections: ["press-1", "oven"], description: "At night" };
  await addGroup(admin, "Night shift", shift);
  await addGroup(admin, "Graz", { users: ["bob"], label: "site=graz", role: "connectionManager" });
  await addGroup(admin, "Nothing", { narrows: true });
  await addGroup(admin, "Open");
  await page.goto(GROUPS);
  await expect(rows(page)).toHaveText([/^Graz/, /^Night shift/, /^Nothing/, /^Open/]);
  await expect(row(page, "Night shift")).toContainText("At night");
  await expect(row(page, "Night shift")).toContainText("2 of 4");
  await expect(row(page, "Night shift")).toContainText("ann, bob");
  await expect(row(page, "Graz")).toContainText("site=graz");
  await expect(row(page, "Graz")).toContainText("Connection manager");
  await expect(row(page, "Nothing")).toContainText(groups.seesNothing);
  await expect(row(page, "Open")).toContainText(groups.hidesNothing);
  await expectAccessibleInBothThemes(page, "groups");

  await page.keyboard.press("/");
  await page.keyboard.type("bob viewer");
  await expect(rows(page)).toHaveText([/^Night shift/]);
  await expect(page).toHaveURL(/\?q=bob(\+|%20)viewer$/);
  await page.keyboard.press("Escape");
  await expect(rows(page)).toHaveCount(4);
  await sortButton(page, groups.members).click();
  await sortButton(page, groups.members).click();
  await page.mouse.move(0, 0);
  await expect(page).toHaveURL(/sort=members&down=true/);
  await page.reload();
  await expect(rows(page)).toHaveText([/^Night shift/, /^Graz/, /^Nothing/, /^Open/]);

  // Membership is shown where users are.
  await page.goto("/administration/users?q=graz");
  const users = page.getByRole("grid", { name: en.nav.users });
  await expect(users.getByRole("row")).toHaveCount(2);
  await users.getByRole("link", { name: "bob", exact: true }).click();
  const panel = page.getByRole("dialog", { name: "bob" });
  await panel.getByRole("link", { name: "Night shift" }).click();
  await expect(page.getByRole("dialog", { name: "Night shift" })).toBeVisible();
});

test("a group is created with a list, labels and members, and narrows what they see at once", async ({
  page,
  openWindow,
  haltere,
  admin,
  guard,
}) => {
  // In two windows.
  test.slow();
  guard.allow(UNAUTHORIZED, /net::ERR_|status of 40[04] /);
  await addConnections(admin);
  await haltere.addUser("ann", "viewer");
  const other = await openWindow("ann");
  await other.goto(`${haltere.url}/`);
  const main = other.getByRole("main");
  await expect(main).toContainText(en.fleet.brokers(4));
  await expect(main).not.toContainText("You see the connections of");

  await page.goto(GROUPS);
  await expect(page.getByText(groups.noneYet)).toBeVisible();
  await page.getByRole("button", { name: commands.newGroup }).click();
  const panel = page.getByRole("dialog", { name: commands.newGroup });
  const create = panel.getByRole("button", { name: groups.create });
  const name = textField(page, groups.name);
  await expect(name).toBeFocused();
  await create.click();
  await expect(name).toHaveAccessibleDescription("Must not be empty.");
  await name.fill("Night shift");
  const status = panel.getByRole("status");
  await expect(status).toHaveText(groups.withoutConnections);
  await panel.getByRole("switch", { name: groups.hidesAll }).check();
  await expect(status).toHaveText(sees("Night shift", 0));
  await panel.getByRole("checkbox", { name: "Line oven" }).check();
  await expect(status).toHaveText(sees("Night shift", 1));
  await panel.getByRole("textbox", { name: groups.byLabels }).fill("site=graz");
  await expect(status).toHaveText(sees("Night shift", 3));
  await expect(panel).toContainText("Line press-2");
  await panel.getByRole("searchbox", { name: groups.findMember }).fill("ann");
  await page.keyboard.press("Enter");
  await expect(panel.getByRole("button", { name: scope.remove("ann") })).toBeVisible();
  await expectAccessibleInBothThemes(page, "new group");
  await create.click();
  await expect(panel).toBeHidden();
  await expect(page.getByRole("status").filter({ hasText: groups.created("Night shift") })).toBeVisible();
  await expect(page.getByRole("button", { name: commands.newGroup })).toBeFocused();
  await expect(row(page, "Night shift")).toContainText("3 of 4");

  // Without a reload.
  await expect(main).toContainText(en.fleet.brokers(3));
  await expect(main).toContainText(en.fleet.youSee("\u2068Night shift\u2069"));
  await other.goto(`${haltere.url}/profile`);
  await expect(main).toContainText("Night shift");
  await changeGroup(admin, "Night shift", { label: "", connections: [], narrows: true });
  await other.goto(`${haltere.url}/`);
  await expect(other.getByRole("heading", { name: en.fleet.youSeeNone })).toBeVisible();
});

test("a group is changed, with an undo, and nothing of another administrator is overwritten", async ({
  page,
  haltere,
  admin,
}) => {
  await addConnections(admin);
  await haltere.addUser("ann", "viewer");
  await haltere.addUser("bob", "viewer");
  await addGroup(admin, "Night shift", { users: ["ann"], connections: ["press-1"] });
  await page.goto(GROUPS);
  await nameLink(page, "Night shift").click();
  await expect(page).toHaveURL(/show=edit&group=Night(\+|%20)shift/);
  const panel = page.getByRole("dialog", { name: "Night shift" });
  const save = panel.getByRole("button", { name: en.save });
  await panel.getByRole("radio", { name: /^Connection manager/ }).check();
  await panel.getByRole("button", { name: scope.remove("Line press-1") }).click();
  // Without the last connection its members see none, and not all.
  await expect(panel.getByRole("switch", { name: groups.hidesAll })).toBeChecked();
  await changeGroup(admin, "Night shift", { users: ["ann", "bob"] });
  await save.click();
  const alert = panel.getByRole("alert");
  await expect(alert).toContainText(en.users.changedMeanwhile(groups.settings.users));
  await expect(alert).toBeFocused();
  await expect(panel.getByRole("button", { name: scope.remove("bob") })).toBeVisible();
  await save.click();
  await expect(panel).toBeHidden();
  await expect(nameLink(page, "Night shift")).toBeFocused();
  expect(await groupNamed(admin, "Night shift")).toMatchObject({
    role: "connectionManager",
    users: ["ann", "bob"],
    connections: [],
    narrows: true,
  });
  await expect(row(page, "Night shift")).toContainText(groups.seesNothing);
  const outcome = page.getByRole("status").filter({ hasText: en.outcome.saved("Night shift") });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(en.outcome.undone("Night shift"))).toBeVisible();
  await expect(row(page, "Night shift")).toContainText("1 of 4");
});

test("each refusal is at its field, which has the focus", async ({ page, admin, guard }) => {
  guard.allow(/status of 4(00|09) .*\/api\/user-management\/groups/);
  await addConnections(admin);
  await addGroup(admin, "taken");
  await page.goto(`${GROUPS}?show=new`);
  const panel = page.getByRole("dialog", { name: commands.newGroup });
  const name = textField(page, groups.name);
  const create = panel.getByRole("button", { name: groups.create });
  await name.fill("taken");
  await create.click();
  await expect(name).toHaveAccessibleDescription(groups.refusals["name: is taken"] ?? "");
  await expect(name).toBeFocused();
  await name.fill("Graz");
  const label = panel.getByRole("textbox", { name: groups.byLabels });
  await label.fill("site in graz");
  await create.click();
  await expect(label).toHaveAccessibleDescription(/expected values in parentheses/);
  await expect(label).toBeFocused();
  await label.fill("");
  // A connection that another user deletes meanwhile.
  await panel.getByRole("checkbox", { name: "Line belt" }).check();
  await admin.delete("belt");
  await create.click();
  const list = panel.getByRole("group", { name: groups.list });
  await expect(list).toHaveAccessibleDescription(groups.unknown('"belt"'));
  await expect(list.getByRole("searchbox")).toBeFocused();
  await panel.getByRole("button", { name: scope.remove("belt") }).click();
  await label.fill("site=graz");
  // The last administrator can't be narrowed.
  await panel.getByRole("checkbox", { name: /^admin/ }).check();
  await expect(panel).toContainText(groups.administrators);
  await create.click();
  const members = panel.getByRole("group", { name: groups.members });
  await expect(members).toHaveAccessibleDescription(/^There must be an administrator who sees all connections/);
  await expect(members.getByRole("searchbox")).toBeFocused();
  await expectAccessibleInBothThemes(page, "new group with an error");
  await panel.getByRole("button", { name: scope.remove("admin") }).click();
  await create.click();
  await expect(panel).toBeHidden();
  await expect(row(page, "Graz")).toContainText("2 of 3");
});

test("a group is deleted after a question, and the focus stays in the table", async ({ page, haltere, admin }) => {
  await haltere.addUser("ann", "viewer");
  await addGroup(admin, "Graz", { users: ["ann"], narrows: true });
  await addGroup(admin, "Night shift");
  await page.goto(GROUPS);
  const button = page.getByRole("button", { name: groups.deleteOf("Graz") });
  await button.press("Enter");
  const dialog = page.getByRole("dialog", { name: groups.ask("Graz") });
  await expect(dialog).toContainText(groups.consequence(1));
  await expect(dialog.getByRole("button", { name: en.cancel })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  await button.press("Enter");
  await dialog.getByRole("button", { name: en.delete }).click();
  await expect(page.getByRole("status").filter({ hasText: groups.deleted("Graz") })).toBeVisible();
  await expect(rows(page)).toHaveText([/^Night shift/]);
  await expect(grid(page).locator(":focus")).toHaveCount(1);
  await page.goto(`${GROUPS}?show=edit&group=Graz`);
  await expect(page.getByRole("alert")).toContainText(groups.gone);

  await page.goto("/administration/audit?objectKind=group");
  await expect(page.getByRole("main")).toContainText("admin deleted the group Graz");
});

test("the page belongs to administrators", async ({ openWindow, haltere }) => {
  await haltere.addUser("omar", "connectionManager");
  const page = await openWindow("omar");
  await page.goto(`${haltere.url}${GROUPS}?show=new`);
  await expect(page.getByRole("heading", { level: 1, name: en.transfer.title })).toBeVisible();
  await expect(grid(page)).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("hostile names stay text", async ({ page, haltere, admin }) => {
  // Every name opens a form and a dialog.
  test.slow();
  await haltere.addUser("ann", "viewer");
  const names = [
    "<img src=x onerror=alert(1)>",
    "</script><script>gotIn=1<",
    "${window.gotIn=1}{{7*7}}",
    "a/b?c=d#e%2f&f",
    "__proto__",
    "مرحبا بالعالم",
    "W".repeat(30),
  ];
  for (const name of names) await addGroup(admin, name, { description: `${name} "><b>`, users: ["ann"] });
  await page.goto(GROUPS);
  await expect(rows(page)).toHaveCount(names.length);
  for (const name of names) {
    await nameLink(page, name).click();
    const panel = page.getByRole("dialog", { name, exact: true });
    await panel.getByRole("radio", { name: /^Editor/ }).check();
    await panel.getByRole("button", { name: en.save }).click();
    await expect(panel).toBeHidden();
    await expect(row(page, name)).toContainText("Editor");
    // By keyboard: notifications may cover the button.
    await page.getByRole("button", { name: groups.deleteOf(name) }).press("Enter");
    await expect(page.getByRole("dialog", { name: groups.ask(name) })).toBeVisible();
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

  test("the form is in German, on a phone, too", async ({ page, admin }) => {
    await page.setViewportSize({ width: 360, height: 760 });
    await addConnections(admin);
    await page.goto(`${GROUPS}?show=new`);
    const panel = page.getByRole("dialog", { name: de.commands.newGroup });
    await textField(page, de.groups.name).fill("Nacht");
    await panel.getByRole("textbox", { name: de.groups.byLabels }).fill("site=wien");
    await expect(panel.getByRole("status")).toContainText("\u2068Nacht\u2069 sieht 2 von 4 Verbindungen.");
    await expect(panel).not.toContainText(/\b(is|the|user|must|see)\b/i);
    await expectAccessibleInBothThemes(page, "new group in German");
    const isWider = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(isWider).toBe(false);
  });
});

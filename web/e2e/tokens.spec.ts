import type { Locator, Page } from "@playwright/test";

import type { CreatedToken, NewToken, Token } from "../src/api/schema";
import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import type { Api } from "./support/api";
import { expectAccessibleInBothThemes } from "./support/axe";
import { sortButton, textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { tokens, scope, commands } = en;

const TOKENS = "/administration/tokens";
const DAY = 86_400_000;

const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

async function addToken(admin: Api, name: string, fields: Partial<NewToken> = {}): Promise<CreatedToken> {
  const token = { name, role: "viewer", validUntil: inDays(60), ...fields };
  return (await admin.ask("POST", "/api/tokens", token)) as CreatedToken;
}

/** Connections in Graz and Wien, of which no broker is reachable. */
async function addConnections(admin: Api): Promise<void> {
  const sites = { "press-1": "graz", "press-2": "graz", oven: "wien", belt: "wien" };
  const connections = Object.entries(sites).map(([id, site]) => ({ id, name: `Line ${id}`, labels: { site } }));
  await admin.load(connections.map((each) => ({ ...each, url: UNREACHABLE_URL })));
}

const grid = (page: Page): Locator => page.getByRole("grid", { name: en.nav.tokens });
const rows = (page: Page): Locator =>
  grid(page)
    .getByRole("row")
    .filter({ hasNot: page.getByRole("columnheader") });
const row = (page: Page, name: string): Locator =>
  rows(page).filter({ has: page.getByRole("rowheader").getByRole("link", { name, exact: true }) });
const newPanel = (page: Page): Locator => page.getByRole("dialog", { name: commands.newToken });

/** The status of a request with a token. */
async function statusOf(url: string, token: string): Promise<number> {
  return (await fetch(`${url}/api/profile`, { headers: { Authorization: `Bearer ${token}` } })).status;
}

test("tokens are listed with user, role, limits and expiry, filtered and sorted from the URL", async ({
  page,
  haltere,
  admin,
}) => {
  await addConnections(admin);
  await haltere.addUser("nina", "admin");
  const nina = await haltere.login("nina");
  await addToken(admin, "grafana", { readOnly: true, networks: ["10.0.0.0/8"], description: "dashboards" });
  await addToken(admin, "graz", { role: "connectionManager", labels: "site=graz", validUntil: inDays(80) });
  const { token } = await addToken(nina, "nightly", { connections: ["oven", "belt"], validUntil: inDays(0.1) });
  expect(await statusOf(haltere.url, token)).toBe(200);

  await page.goto(TOKENS);
  await expect(rows(page)).toHaveText([/^grafana/, /^graz/, /^nightly/]);
  await expect(row(page, "grafana")).toContainText("dashboards");
  await expect(row(page, "grafana")).toContainText("Read-only · 10.0.0.0/8");
  await expect(row(page, "grafana")).toContainText(tokens.never);
  await expect(row(page, "graz")).toContainText("Connection manager");
  await expect(row(page, "graz")).toContainText("site=graz");
  await expect(row(page, "nightly")).toContainText("nina");
  await expect(row(page, "nightly")).toContainText("2 connections");
  await expect(row(page, "nightly")).not.toContainText(tokens.states.expiring);

  await page.keyboard.press("/");
  await page.keyboard.type("viewer nina");
  await expect(rows(page)).toHaveText([/^nightly/]);
  await expect(page).toHaveURL(/\?q=viewer(\+|%20)nina$/);
  await page.keyboard.press("Escape");
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole("checkbox", { name: tokens.mine }).check();
  await expect(page).toHaveURL(/\?mine=true$/);
  await expect(rows(page)).toHaveText([/^grafana/, /^graz/]);
  await page.getByRole("checkbox", { name: tokens.mine }).uncheck();

  await sortButton(page, tokens.expires).click();
  await page.mouse.move(0, 0);
  await expect(rows(page)).toHaveText([/^nightly/, /^grafana/, /^graz/]);
  await sortButton(page, tokens.expires).click();
  await page.mouse.move(0, 0);
  await expect(page).toHaveURL(/sort=expires&down=true/);
  await page.reload();
  await expect(rows(page)).toHaveText([/^graz/, /^grafana/, /^nightly/]);

  await page.goto(`${TOKENS}?q=no-such-token`);
  await page.getByRole("link", { name: en.fleet.clearFilter }).press("Enter");
  await expect(page.getByRole("searchbox", { name: tokens.filter })).toBeFocused();
  await expect(rows(page)).toHaveCount(3);
});

test("a token that expires soon is flagged, and an expired one is shown", async ({ page, admin }) => {
  const { hash } = await addToken(admin, "week", { validUntil: inDays(7) });
  await addToken(admin, "year", { validUntil: inDays(364) });
  await page.clock.setFixedTime(Date.now() + 6 * DAY);
  await page.goto(TOKENS);
  await expect(row(page, "week")).toContainText(tokens.states.expiring);
  await expect(row(page, "year")).not.toContainText(tokens.states.expiring);
  await page.clock.setFixedTime(Date.now() + 8 * DAY);
  await page.reload();
  await expect(row(page, "week")).toContainText(tokens.states.expired);
  await expectAccessibleInBothThemes(page, "an expired token");
  await row(page, "week")
    .getByRole("button", { name: tokens.revokeOf("week") })
    .click();
  await expect(page.getByRole("dialog")).toContainText(tokens.consequenceExpired);
  await page.keyboard.press("Escape");
  await page.goto(`${TOKENS}?show=details&token=${hash}`);
  await expect(page.getByRole("dialog", { name: "week" })).toContainText(tokens.states.expired);
});

test("a token is created with limits, shown once, copied, and used", async ({ page, context, haltere, admin }) => {
  // From the palette to the audit trail.
  test.slow();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await addConnections(admin);
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: commands.search })).toBeFocused();
  await page.keyboard.type(commands.newToken);
  await expect(page.getByRole("option")).toHaveText([commands.newToken]);
  await page.keyboard.press("Enter");
  const panel = newPanel(page);
  await expect(textField(page, tokens.name)).toBeFocused();
  await page.keyboard.type("ci");
  await panel.getByRole("radio", { name: /^Connection manager/ }).check();
  await panel.getByText(tokens.expiryDays(7), { exact: true }).click();
  await panel.getByRole("switch", { name: tokens.readOnly }).check();

  // What it covers is said while it is edited.
  const covers = (n: number) => tokens.covers(scope.covered(n, 4));
  const status = panel.getByRole("status");
  await expect(status).toHaveText(covers(4));
  await panel.getByRole("textbox", { name: tokens.onlyLabels }).fill("site=graz");
  await expect(status).toHaveText(`${covers(2)} ${tokens.onlyConnections}`);
  await expect(panel).toContainText("Line press-2");
  await panel.getByRole("switch", { name: tokens.onlySome }).check();
  await expect(status).toContainText(covers(0));
  const find = panel.getByRole("searchbox", { name: scope.findConnection });
  await find.fill("press-1");
  await find.press("Enter");
  await expect(status).toContainText(covers(1));
  await find.fill("");
  await panel.getByRole("checkbox", { name: "Line belt" }).check();
  await expect(panel.getByRole("button", { name: scope.remove("Line belt") })).toBeVisible();
  await expect(status).toContainText(covers(1));
  await panel.getByRole("button", { name: scope.remove("Line belt") }).press("Enter");
  await expect(find).toBeFocused();
  await expectAccessibleInBothThemes(page, "new token with limits");
  await panel.getByRole("button", { name: tokens.create }).click();

  await expect(panel).toBeHidden();
  const dialog = page.getByRole("dialog", { name: tokens.secretTitle("ci") });
  const secret = textField(page, tokens.secret);
  await expect(secret).toBeFocused();
  await expect(secret).toHaveValue(/^hlt_[0-9A-Za-z]{49}$/);
  const token = await secret.inputValue();
  await expect(dialog).toContainText(`curl -H "Authorization: Bearer ${token}" ${haltere.url}/api/connections`);
  await expectAccessibleInBothThemes(page, "a new token");

  // It asks, because nothing was copied; a click next to it does not even that.
  const question = page.getByRole("dialog", { name: tokens.notCopied });
  await page.mouse.click(5, 5);
  await expect(question).toHaveCount(0);
  await page.keyboard.press("Escape");
  await question.getByRole("button", { name: tokens.back }).click();
  await expect(question).toBeHidden();
  await expect(dialog).toBeVisible();
  await page.goBack();
  await question.getByRole("button", { name: en.leave.stay }).click();
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: tokens.copySecret }).click();
  await expect(dialog.getByText(en.copied)).toBeVisible();
  expect(await page.evaluate(async () => navigator.clipboard.readText())).toBe(token);
  await dialog.getByRole("button", { name: en.close, exact: true }).last().click();
  await expect(dialog).toBeHidden();
  await expect(question).toHaveCount(0);

  await expect(row(page, "ci").getByRole("link", { name: "ci", exact: true })).toBeFocused();
  await expect(row(page, "ci")).toContainText("Read-only · 1 connection · site=graz");
  const [stored] = (await admin.ask("GET", "/api/tokens")) as Token[];
  expect(stored).toMatchObject({ role: "connectionManager", readOnly: true, connections: ["press-1"] });
  expect(Date.parse(stored?.validUntil ?? "") - Date.now()).toBeGreaterThan(6.9 * DAY);
  expect(Date.parse(stored?.validUntil ?? "") - Date.now()).toBeLessThanOrEqual(7 * DAY);
  const response = await fetch(`${haltere.url}/api/connections`, { headers: { Authorization: `Bearer ${token}` } });
  expect(((await response.json()) as { id: string }[]).map(({ id }) => id)).toEqual(["press-1"]);
  // It is nowhere any more.
  await page.reload();
  await expect(row(page, "ci")).toBeVisible();
  expect(await page.content()).not.toContain(token);

  // The audit trail says who did what, by a link from the details.
  await row(page, "ci").getByRole("link", { name: "ci", exact: true }).click();
  const details = page.getByRole("dialog", { name: "ci" });
  await expect(details).toContainText(scope.covered(1, 4));
  await expect(details.getByRole("link", { name: "Line press-1" })).toBeVisible();
  await expectAccessibleInBothThemes(page, "details of a token");
  await details.getByRole("link", { name: tokens.audit }).click();
  await expect(page.getByRole("main")).toContainText("admin created the application token ci");
});

test("each refusal is at its field, which has the focus", async ({ page, admin, guard }) => {
  // Every refusal is a request of its own.
  test.slow();
  guard.allow(/status of 4(00|09) .*\/api\/tokens$/);
  await addToken(admin, "taken");
  await page.goto(TOKENS);
  await page.getByRole("button", { name: commands.newToken }).click();
  const panel = newPanel(page);
  const name = textField(page, tokens.name);
  const create = panel.getByRole("button", { name: tokens.create });
  const isRefused = async (field: Locator, reason: string | RegExp) => {
    await expect(field).toHaveAccessibleDescription(typeof reason === "string" ? new RegExp(escape(reason)) : reason);
    await expect(field).toBeFocused();
  };
  await create.click();
  await isRefused(name, "Must not be empty.");
  await name.fill("taken");
  await expect(name).not.toHaveAccessibleDescription(/Must not be empty/);
  await create.click();
  await isRefused(name, tokens.refusals["name: is taken"] ?? "");
  await name.fill("ci");

  await panel.getByText(tokens.expiryDate, { exact: true }).click();
  const lastDay = panel.getByLabel(tokens.lastDay);
  await create.click();
  await isRefused(lastDay, tokens.noDate);
  await lastDay.fill("2024-02-29");
  await create.click();
  await isRefused(lastDay, tokens.refusals["validUntil: must be in the future"] ?? "");
  await lastDay.fill(inDays(400).slice(0, 10));
  await create.click();
  await isRefused(lastDay, tokens.tooLate("365"));
  await lastDay.fill(inDays(100).slice(0, 10));

  await panel.getByRole("switch", { name: tokens.onlySome }).check();
  await create.click();
  const picker = panel.getByRole("group", { name: scope.connections });
  await expect(picker).toHaveAccessibleDescription(
    tokens.refusals["connections: must name at least one connection"] ?? "",
  );
  await expect(picker.getByRole("searchbox")).toBeFocused();
  await panel.getByRole("switch", { name: tokens.onlySome }).uncheck();

  const labels = panel.getByRole("textbox", { name: tokens.onlyLabels });
  await labels.fill("site in graz");
  await create.click();
  await isRefused(labels, /expected values in parentheses/);
  await labels.fill("site=graz");

  const networks = panel.getByRole("textbox", { name: tokens.networks });
  for (const [typed, reason] of [
    ["10.0.0.0/8 somewhere", tokens.notNetwork("somewhere")],
    ["10.0.0.0/33", tokens.badPrefix("10.0.0.0/33", "32")],
    ["10.0.0.1/8", tokens.hostBits("10.0.0.1/8", "10.0.0.0/8")],
  ] as const) {
    await networks.fill(typed);
    await create.click();
    await isRefused(networks, reason);
  }
  await expectAccessibleInBothThemes(page, "new token with an error");
  await networks.fill("10.0.0.0/8");
  await create.click();
  await expect(page.getByRole("dialog", { name: tokens.secretTitle("ci") })).toBeVisible();
});

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

test("leaving a form with input asks", async ({ page }) => {
  await page.goto(TOKENS);
  await expect(page.getByText(tokens.noneYet)).toBeVisible();
  await page.getByRole("button", { name: commands.newToken }).click();
  await page.keyboard.type("ci");
  await page.keyboard.press("Escape");
  const question = page.getByRole("dialog", { name: en.leave.title });
  await question.getByRole("button", { name: en.leave.go }).click();
  await expect(newPanel(page)).toBeHidden();
  await expect(page.getByRole("button", { name: commands.newToken })).toBeFocused();
});

test("a token is revoked after a question, and programs are out at once", async ({ page, haltere, admin }) => {
  const { token } = await addToken(admin, "ci");
  await addToken(admin, "grafana");
  await page.goto(TOKENS);
  // By keyboard alone.
  const button = page.getByRole("button", { name: tokens.revokeOf("ci") });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: tokens.ask("ci") });
  await expect(dialog).toContainText(tokens.consequence);
  await expect(dialog.getByRole("button", { name: en.cancel })).toBeFocused();
  await expectAccessibleInBothThemes(page, "revoke a token");
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: en.cancel })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: tokens.revoked("ci") })).toBeVisible();
  await expect(rows(page)).toHaveText([/^grafana/]);
  await expect(grid(page).locator(":focus")).toHaveCount(1);
  expect(await statusOf(haltere.url, token)).toBe(401);

  // From the details, too.
  await row(page, "grafana").getByRole("link", { name: "grafana", exact: true }).click();
  await page.getByRole("dialog", { name: "grafana" }).getByRole("button", { name: tokens.revoke }).click();
  await page
    .getByRole("dialog", { name: tokens.ask("grafana") })
    .getByRole("button", { name: tokens.revoke })
    .click();
  await expect(page.getByText(tokens.noneYet)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
});

test("a token that is revoked elsewhere while it is open is said to be gone", async ({ page, admin }) => {
  const ci = await addToken(admin, "ci");
  const grafana = await addToken(admin, "grafana");
  await addToken(admin, "nightly");
  await page.goto(TOKENS);
  await expect(rows(page)).toHaveCount(3);
  await admin.ask("DELETE", `/api/tokens/${ci.hash}`);
  // The list still has it.
  await row(page, "ci").getByRole("link", { name: "ci", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText(tokens.gone);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(rows(page)).toHaveCount(2);

  // With the question open; what was wanted is done.
  await page.getByRole("button", { name: tokens.revokeOf("grafana") }).click();
  await admin.ask("DELETE", `/api/tokens/${grafana.hash}`);
  await page.getByRole("dialog").getByRole("button", { name: tokens.revoke }).click();
  await expect(page.getByRole("status").filter({ hasText: tokens.revoked("grafana") })).toBeVisible();
  await expect(rows(page)).toHaveText([/^nightly/]);
  await expect(page.getByRole("alert")).toHaveCount(0);

  // Back in the tab, the list is that of the server.
  await addToken(admin, "new");
  await page.evaluate(() => dispatchEvent(new Event("visibilitychange")));
  await expect(rows(page)).toHaveText([/^new/, /^nightly/]);
});

test("the profile lists the user's own tokens", async ({ page, haltere, admin }) => {
  await haltere.addUser("nina", "admin");
  await addToken(await haltere.login("nina"), "of-nina");
  await page.goto("/profile");
  const card = page.getByRole("region", { name: en.nav.tokens });
  await expect(card).toContainText(tokens.none);
  await addToken(admin, "ci");
  await page.reload();
  await expect(card).toContainText("ci");
  await expect(card).not.toContainText("of-nina");
  await card.getByRole("link", { name: tokens.manage }).click();
  await expect(page).toHaveURL(/\/administration\/tokens\?mine=true$/);
  await expect(rows(page)).toHaveText([/^ci/]);
});

test("who was demoted revokes their own token in the profile", async ({ openWindow, haltere, admin }) => {
  await haltere.addUser("nina", "admin");
  const { token } = await addToken(await haltere.login("nina"), "of-nina");
  await addToken(admin, "ci");
  await admin.ask("PUT", "/api/user-management/users/nina", { roles: ["viewer"] });
  const page = await openWindow("nina");
  await page.goto(`${haltere.url}/profile`);
  const card = page.getByRole("region", { name: en.nav.tokens });
  await expect(card.getByRole("listitem")).toHaveText([/^of-nina/]);
  await expect(card.getByRole("link")).toHaveCount(0);
  await expectAccessibleInBothThemes(page, "one's own tokens");
  const button = card.getByRole("button", { name: tokens.revokeOf("of-nina") });
  await button.click();
  const dialog = page.getByRole("dialog", { name: tokens.ask("of-nina") });
  await expect(dialog).toContainText(tokens.consequence);
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  await button.click();
  await dialog.getByRole("button", { name: tokens.revoke }).click();
  await expect(page.getByRole("status").filter({ hasText: tokens.revoked("of-nina") })).toBeVisible();
  await expect(card).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  expect(await statusOf(haltere.url, token)).toBe(401);
});

test("one's own token that is revoked elsewhere meanwhile is gone all the same", async ({ page, admin, guard }) => {
  guard.allow(/status of 404 .*\/api\/profile\/tokens\//);
  const { hash } = await addToken(admin, "ci");
  await addToken(admin, "nightly");
  await page.goto("/profile");
  const card = page.getByRole("region", { name: en.nav.tokens });
  await card.getByRole("button", { name: tokens.revokeOf("ci") }).click();
  await admin.ask("DELETE", `/api/tokens/${hash}`);
  await page.getByRole("dialog").getByRole("button", { name: tokens.revoke }).click();
  await expect(page.getByRole("status").filter({ hasText: tokens.revoked("ci") })).toBeVisible();
  await expect(card.getByRole("listitem")).toHaveText([/^nightly/]);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
});

test("while the plugin is off, the page and the profile say so", async ({ page, admin, guard }) => {
  guard.allow(/status of 404 .*\/api\/(profile\/)?tokens$/);
  await addToken(admin, "ci");
  await admin.ask("PUT", "/api/plugins/application-tokens", { enabled: false });
  await page.goto("/profile");
  await expect(page.getByRole("region", { name: en.nav.tokens })).toContainText(tokens.offText);
  await page.goto(`${TOKENS}?show=new`);
  await expect(page.getByRole("heading", { name: tokens.off })).toBeVisible();
  await expect(page.getByRole("button", { name: commands.newToken })).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expectAccessibleInBothThemes(page, "tokens are off");
  await page.getByRole("link", { name: tokens.toPlugins }).click();
  await page.getByRole("switch", { name: "application-tokens" }).click();
  await expect(page.getByRole("dialog").or(page.getByRole("status"))).toContainText(["application-tokens"]);
  const confirm = page.getByRole("button", { name: en.settings.switching.on });
  if (await confirm.isVisible()) await confirm.click();
  await expect(page.getByRole("switch", { name: "application-tokens" })).toBeChecked();
  await page
    .getByRole("navigation", { name: en.nav.administration })
    .getByRole("link", { name: en.nav.tokens })
    .click();
  await expect(rows(page)).toHaveText([/^ci/]);
});

test("the page belongs to administrators", async ({ openWindow, haltere }) => {
  await haltere.addUser("omar", "viewer");
  const page = await openWindow("omar");
  await page.goto(`${haltere.url}${TOKENS}?show=new`);
  await expect(page.getByRole("heading", { level: 1, name: en.product })).toBeVisible();
  await expect(grid(page)).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goto(`${haltere.url}/profile`);
  await expect(page.getByRole("region", { name: en.profile.sessions })).toBeVisible();
  await expect(page.getByRole("region", { name: en.nav.tokens })).toHaveCount(0);
});

test("hostile names stay text", async ({ page, admin }) => {
  // Every name opens a panel and a dialog.
  test.slow();
  const names = [
    "<img src=x onerror=alert(1)>",
    "</script><script>gotIn=1<",
    "${window.gotIn=1}{{7*7}}",
    "a/b?c=d#e%2f&f",
    "javascript:alert(1)",
    "مرحبا بالعالم",
    "W".repeat(30),
  ];
  await admin.load([{ id: "x", name: '"><img src=x onerror=alert(2)>', url: UNREACHABLE_URL }]);
  for (const name of names) await addToken(admin, name, { description: `${name} "><b>`, connections: ["x"] });
  await page.goto(TOKENS);
  await expect(rows(page)).toHaveCount(names.length);
  for (const name of names) {
    await row(page, name).getByRole("link", { name, exact: true }).click();
    const panel = page.getByRole("dialog", { name, exact: true });
    await expect(panel.getByRole("link", { name: '"><img' })).toBeVisible();
    await panel.getByRole("button", { name: tokens.revoke }).click();
    // Escape closes only what is in front.
    await expect(page.getByRole("dialog", { name: tokens.ask(name) })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(1);
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

  test("the form and its errors are in German, on a phone, too", async ({ page, admin, guard }) => {
    guard.allow(/status of 400 .*\/api\/tokens$/);
    await page.setViewportSize({ width: 360, height: 760 });
    await addConnections(admin);
    await page.goto(`${TOKENS}?show=new`);
    const panel = page.getByRole("dialog", { name: de.commands.newToken });
    await panel.getByRole("textbox", { name: de.tokens.onlyLabels }).fill("site=wien");
    await expect(panel.getByRole("status")).toContainText("Das Token gilt für 2 von 4 Verbindungen.");
    await textField(page, de.tokens.name).fill("ci");
    await panel.getByRole("textbox", { name: de.tokens.networks }).fill("10.0.0.1/8");
    await panel.getByRole("button", { name: de.tokens.create }).click();
    await expect(panel.getByRole("textbox", { name: de.tokens.networks })).toHaveAccessibleDescription(
      /Bits hinter dem Präfix/,
    );
    await expect(panel).not.toContainText(/\b(is|the|user|must|see)\b/i);
    await expectAccessibleInBothThemes(page, "new token in German");
    const isWider = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(isWider).toBe(false);
  });
});

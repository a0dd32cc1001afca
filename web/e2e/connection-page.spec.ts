import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { disconnect, textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { connection } = en;

const tabs = (page: Page) => page.getByRole("navigation", { name: connection.tabs });
const tab = (page: Page, name: string) => tabs(page).getByRole("link", { name, exact: true });

test("the parts of a connection are tabs with addresses, between which the arrow keys move", async ({
  page,
  admin,
  broker,
}) => {
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await page.goto("/connections/press");
  await expect(page.getByRole("region", { name: connection.broker })).toContainText("mosquitto version");
  await expect(tab(page, connection.overview)).toHaveAttribute("aria-current", "page");
  await tab(page, connection.history).click();
  await expect(page).toHaveURL(/\/connections\/press\/history$/);
  await expect(page.getByRole("list", { name: en.timeline.changes })).toContainText(en.states.online);
  await expect(tab(page, connection.overview)).not.toHaveAttribute("aria-current");
  // The tab stays where the keyboard is.
  await expect(tab(page, connection.history)).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toContainText(en.certificates.none);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Press" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(en.certificates.none);

  // The form is the last tab, with its own test.
  await tab(page, connection.settings).click();
  await expect(textField(page, en.form.name)).toHaveValue("Press");
  await expect(page.getByRole("button", { name: en.form.test, exact: true })).toHaveCount(1);
  await expect(page.getByRole("link", { name: connection.edit, exact: true })).toBeHidden();
  await expectAccessible(page, "settings of a connection");
  await page.goBack();
  await expect(page.getByRole("link", { name: connection.edit, exact: true })).toBeVisible();
});

test("while a connection is down, every tab says why", async ({ page, admin, startBroker }) => {
  const broker = await startBroker();
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await admin.isOnline("press");
  await page.goto("/connections/press/history");
  const main = page.getByRole("main");
  await expect(main).toContainText(en.states.online);
  await expect(main).not.toContainText(en.connection.nextSteps);
  await broker.stop();
  for (const name of [connection.history, connection.certificates, connection.settings, connection.overview]) {
    await tab(page, name).click();
    await expect(main).toContainText("ECONNREFUSED");
  }
  await expect(page.getByRole("button", { name: connection.tryNow })).toBeVisible();
});

test("a form that is filled in is not left for another tab unasked", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press/edit");
  await textField(page, en.form.name).fill("Press 5");
  await tab(page, connection.history).click();
  const dialog = page.getByRole("dialog", { name: en.leave.title });
  await dialog.getByRole("button", { name: en.leave.stay }).click();
  await expect(textField(page, en.form.name)).toHaveValue("Press 5");
});

test("the result of a test goes when the settings are edited", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press");
  await page.getByRole("button", { name: en.form.test, exact: true }).click();
  const result = page.getByRole("region", { name: en.form.test });
  await expect(result).toContainText("ECONNREFUSED");
  await page.getByRole("link", { name: en.connection.edit }).click();
  await textField(page, en.form.name).fill("Press 5");
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("heading", { name: "Press 5" })).toBeVisible();
  await expect(result).toBeHidden();
});

test("the result of a test says when it was, and goes when the broker is disconnected", async ({
  page,
  admin,
  broker,
}) => {
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await admin.isOnline("press");
  await page.goto("/connections/press");
  const button = page.getByRole("button", { name: en.form.test, exact: true });
  const result = page.getByRole("region", { name: en.form.test });
  await button.click();
  await expect(result.getByRole("heading", { level: 2 })).toHaveText(/^Test of \d+ \w+ \d{4}, \d\d:\d\d:\d\d C/);
  await expect(result).toContainText(en.form.works);
  await disconnect(page);
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.idle);
  await expect(result).toBeHidden();

  // A broker that is not wanted can be tested, too.
  await button.click();
  await expect(result).toContainText(en.form.works);
  await page.getByRole("button", { name: en.connection.connect, exact: true }).click();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await expect(result).toContainText(en.form.works);
  await disconnect(page);
  await expect(result).toBeHidden();
});

test("the result of a test goes when its CA is trusted in the tab Certificates", async ({
  page,
  admin,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await page.goto("/connections/press/certificates");
  const card = page.getByRole("region", { name: connection.certificates });
  await expect(card).toContainText(en.certificates.refused);
  await page.getByRole("button", { name: en.form.test, exact: true }).click();
  const result = page.getByRole("region", { name: en.form.test });
  await expect(result.getByRole("button", { name: en.form.trust })).toBeVisible();
  await card.getByRole("checkbox", { name: en.certificates.compared }).check();
  await card.getByRole("button", { name: en.form.trust }).click();
  await expect(card).toContainText(en.certificates.accepted);
  await expect(result).toBeHidden();
});

test("the result of a test goes when another user changes what was tested", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press");
  const button = page.getByRole("button", { name: en.form.test, exact: true });
  await button.click();
  const result = page.getByRole("region", { name: en.form.test });
  await expect(result).toContainText("ECONNREFUSED");
  // Its name is not part of that.
  await admin.ask("PATCH", "/api/connections/press", { name: "Press 5" });
  await expect(page.getByRole("heading", { level: 1, name: "Press 5" })).toBeVisible();
  await expect(result).toBeVisible();
  await result.getByRole("button", { name: en.close }).focus();
  await admin.ask("PATCH", "/api/connections/press", { credentials: { username: "nina" } });
  await expect(result).toBeHidden();
  await expect(button).toBeFocused();
});

test("the result of a test stays when its CA is trusted there, until that is taken back", async ({
  page,
  admin,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await page.goto("/connections/press");
  await page.getByRole("button", { name: en.form.test, exact: true }).click();
  const result = page.getByRole("region", { name: en.form.test });
  await result.getByRole("checkbox", { name: en.certificates.compared }).check();
  await result.getByRole("button", { name: en.form.trust }).click();
  await expect(result).toContainText(en.form.works);
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await expect(result).toContainText(/Works 4 CA.* is trusted for this connection/);

  const outcome = page.getByRole("status").filter({ hasText: en.certificates.trusted });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(en.outcome.undone("Press"))).toBeVisible();
  await expect(result).toBeHidden();
  expect((await admin.connection("press")).ca).toBeUndefined();
});

test("a CA that was trusted in the tab Certificates can be taken back", async ({ page, admin, pki, startBroker }) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await page.goto("/connections/press/certificates");
  const card = page.getByRole("region", { name: connection.certificates });
  await card.getByRole("checkbox", { name: en.certificates.compared }).check();
  await card.getByRole("button", { name: en.form.trust }).click();
  const outcome = page.getByRole("status").filter({ hasText: en.certificates.trusted });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(en.outcome.undone("Press"))).toBeVisible();
  expect((await admin.connection("press")).ca).toBeUndefined();
});

test("connecting and disconnecting are announced, and can be taken back", async ({ page, admin, broker }) => {
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await admin.isOnline("press");
  await page.goto("/connections/press");
  const main = page.getByRole("main");
  const { connecting, disconnected } = en.outcome;
  const undo = (text: string) =>
    page.getByRole("status").filter({ hasText: text }).getByRole("button", { name: en.undo });
  await disconnect(page);
  await expect(main).toContainText(en.stateDescriptions.idle);
  // One region announces it, on every tab.
  for (const tab of [connection.history, connection.overview]) {
    await page.getByRole("link", { name: tab }).click();
    await expect(main.locator("[aria-live=polite]")).toHaveText([en.states.idle]);
  }
  await undo(disconnected("Press")).click();
  await expect(page.getByText(connecting("Press"))).toBeVisible();
  await expect(main).toContainText(en.stateDescriptions.online);

  await admin.disconnect("press");
  await page.reload();
  await page.getByRole("button", { name: connection.connect, exact: true }).click();
  await expect(main).toContainText(en.stateDescriptions.online);
  await undo(connecting("Press")).click();
  await expect(page.getByText(disconnected("Press"))).toBeVisible();
  await expect(main).toContainText(en.stateDescriptions.idle);
});

test("another try of a link that is meant to be up has nothing to take back", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press");
  await page.getByRole("button", { name: connection.tryNow }).click();
  await expect(page.getByText(en.outcome.connecting("Press"))).toBeVisible();
  await expect(page.getByRole("button", { name: en.undo })).toBeHidden();
});

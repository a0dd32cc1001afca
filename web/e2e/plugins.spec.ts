import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { SERVER_DOWN } from "./support/guard";
import { textField } from "./support/locators";
import { freePort } from "./support/ports";
import { expect, test } from "./support/test";

const { switching } = en.settings;
const { certificates, form } = en;

/** Waits until a script of the page, what it imports, and all styles have loaded. */
async function isLoaded(page: Page, script: string): Promise<void> {
  await page.evaluate(async (url) => import(url), script);
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")].every(({ sheet }) => sheet),
  );
}

test("a switch that affects connections says how many, asks for confirmation, and is undone from its outcome", async ({
  page,
  admin,
}) => {
  await admin.create({ id: "press", name: "Press", url: "mqtts://127.0.0.1:1", rejectUnauthorized: false });
  await page.goto("/administration/plugins");
  const tls = page.getByRole("switch", { name: /^tls / });
  await expect(tls).toBeChecked();
  await tls.click();
  const dialog = page.getByRole("dialog", { name: switching.title("tls", false) });
  await expect(dialog).toContainText(switching.effect("tls", false, { connections: 1, up: 0 }));
  await expect(dialog.getByRole("listitem")).toHaveText([switching.parts.unverified(1)]);
  await dialog.getByRole("button", { name: en.cancel }).click();
  await expect(tls).toBeChecked();
  await tls.click();
  await dialog.getByRole("button", { name: switching.off }).click();
  await expect(tls).not.toBeChecked();
  await expect(dialog).toBeHidden();
  const outcome = page.getByRole("status").filter({ hasText: en.settings.switched("tls", false) });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(en.settings.switched("tls", true))).toBeVisible();
  await expect(tls).toBeChecked();
});

test("only what can be switched has a switch", async ({ page, admin }) => {
  const plugins = (await admin.ask("GET", "/api/plugins")) as readonly { switchable: boolean }[];
  await page.goto("/administration/plugins");
  const list = page.getByRole("main").getByRole("list");
  await expect(list.getByRole("listitem")).toHaveCount(plugins.length);
  await expect(list.getByRole("switch")).toHaveCount(plugins.filter(({ switchable }) => switchable).length);
  await expect(list.getByRole("switch", { disabled: true })).toHaveCount(0);
  await expect(list).not.toContainText("later");
});

test.describe("while haltere is unreachable", () => {
  test.use({ settings: async ({}, provide) => provide({ HALTERE_LISTEN: `127.0.0.1:${await freePort()}` }) });

  test("the page says why it is empty, and fills when haltere is back", async ({ page, haltere, guard }) => {
    guard.allow(SERVER_DOWN);
    // The page's code is preloaded, its data is not.
    const script = page.waitForResponse(/PluginsPage.*\.js$/);
    await page.goto("/administration/about");
    await isLoaded(page, (await script).url());
    await haltere.stop();
    await page.getByRole("link", { name: en.nav.plugins }).click();
    await expect(page.getByRole("region", { name: en.errors.notLoaded })).toContainText(en.errors.unreachable);
    await expect(page.getByRole("button", { name: en.retry })).toBeVisible();
    await expectAccessible(page, "plugins while haltere is unreachable");
    await haltere.start();
    await expect(page.getByRole("switch").first()).toBeVisible();
  });
});

test("while the plugin tls is off, connections with TLS settings say so", async ({
  page,
  openWindow,
  admin,
  haltere,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki } });
  await admin.create({ id: "press", name: "Press", url: broker.url, ca: pki.ca.cert });
  await haltere.addUser("nina", "viewer");
  const viewer = await openWindow("nina");
  await Promise.all([page.goto("/connections/press"), viewer.goto(`${haltere.url}/connections/press`)]);
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);

  const { what, ask } = en.connection.tlsOff;
  await admin.ask("PUT", "/api/plugins/tls", { enabled: false });
  await expect(page.getByRole("main")).toContainText(what);
  await expect(viewer.getByRole("main")).toContainText(`${what}${ask}`);
  // Setting the CA that is already set would not help.
  await expect(page.getByRole("main")).not.toContainText(en.notes.giveCa);
  await expect(page.getByRole("main")).not.toContainText(en.certificates.leafOnly);
  await expectAccessible(page, "connection while the plugin tls is off");

  await page.getByRole("main").getByRole("link", { name: en.nav.plugins }).click();
  await page.getByRole("switch", { name: /^tls / }).click();
  const dialog = page.getByRole("dialog", { name: switching.title("tls", true) });
  await dialog.getByRole("button", { name: switching.on }).click();
  await expect(viewer.getByRole("main")).toContainText(en.stateDescriptions.online);
  await expect(viewer.getByRole("main")).not.toContainText(what);
});

test("while the plugin tls is off, a test offers no CA to trust but says why", async ({
  page,
  openWindow,
  admin,
  haltere,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await haltere.addUser("mia", "connectionManager");
  const manager = await openWindow("mia");
  await admin.ask("PUT", "/api/plugins/tls", { enabled: false });
  await Promise.all([page.goto("/new"), manager.goto(`${haltere.url}/new`)]);
  const { what, how, ask } = certificates.pluginOff;
  for (const window of [page, manager]) {
    await textField(window, form.url).fill(broker.url);
    await window.getByRole("button", { name: form.test }).click();
    const panel = window.getByRole("region", { name: form.test });
    await expect(panel).toContainText(what);
    await expect(panel.getByRole("checkbox")).toHaveCount(0);
    await expect(panel.getByRole("button", { name: form.trust })).toHaveCount(0);
  }
  await expect(manager.getByRole("region", { name: form.test })).toContainText(ask);
  const panel = page.getByRole("region", { name: form.test });
  await expect(panel).toContainText(how);
  await expect(panel.getByRole("link", { name: en.nav.plugins })).toHaveAttribute("href", /administration\/plugins$/);
});

test("while the plugin tls is off, no CA is offered, whether a connection failed before or because of it", async ({
  page,
  admin,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  for (const id of ["press", "oven"]) await admin.create({ id, name: id, url: broker.url });
  await admin.create({ id: "lathe", name: "Lathe", url: broker.url, ca: pki.ca.cert });
  await admin.isOnline("lathe");
  const code = async (id: string) => (await admin.connection(id)).status?.error?.code;
  for (const id of ["press", "oven"]) await expect.poll(() => code(id)).toBe("SELF_SIGNED_CERT_IN_CHAIN");
  await admin.ask("PUT", "/api/plugins/tls", { enabled: false });
  await expect.poll(() => code("lathe")).toBe("SELF_SIGNED_CERT_IN_CHAIN");

  const card = page.getByRole("region", { name: en.connection.certificates });
  for (const id of ["press", "lathe"]) {
    await page.goto(`/connections/${id}/certificates`);
    await expect(card).toContainText(certificates.pluginOff.what);
    await expect(card.getByRole("button", { name: form.trust })).toHaveCount(0);
  }
});

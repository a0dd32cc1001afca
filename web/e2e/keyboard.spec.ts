import type { Locator, Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { textField } from "./support/locators";
import { expect, test } from "./support/test";

/** More Tab presses than any page needs. */
const FAR = 60;

/** Moves the focus to an element by keyboard; fails if it can't be reached or its focus is not visible. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < FAR; presses += 1) {
    await page.keyboard.press(key);
    if (await target.evaluate((element) => element === document.activeElement)) {
      expect(await isFocusSeen(target), "it can be seen that it has the focus").toBe(true);
      return;
    }
  }
  throw new Error(`${target} can't be reached with ${key}`);
}

async function isFocusSeen(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
    if ((outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none") return true;
    // A cell shows the focus for what is in it.
    const cell = element.closest("[data-column]");
    if (cell && getComputedStyle(cell).outlineStyle !== "none") return true;
    // A field shows the focus by its border; some inputs are drawn by a sibling.
    const drawn = element.nextElementSibling ?? element.parentElement;
    const neighbour = drawn && getComputedStyle(drawn);
    (element as HTMLElement).blur();
    const changed = getComputedStyle(element).borderColor !== borderColor;
    (element as HTMLElement).focus();
    return changed || (neighbour !== null && neighbour.outlineStyle !== "none");
  });
}

test("a connection is created, tested, changed and deleted by keyboard", async ({ page, admin, broker }) => {
  const { keyboard } = page;
  await page.goto("/");
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();

  // The first link skips the navigation.
  await keyboard.press("Tab");
  await expect(page.getByRole("link", { name: en.nav.skip })).toBeFocused();
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("main").getByRole("link", { name: en.fleet.newConnection }));
  await keyboard.press("Enter");

  await expect(textField(page, en.form.url)).toBeFocused();
  await keyboard.type(broker.url);
  // The host is the first name; typing replaces it.
  await tabTo(page, textField(page, en.form.name));
  await keyboard.press("Control+a");
  await keyboard.type("Press");
  await tabTo(page, page.getByRole("button", { name: en.form.advanced, exact: true }));
  await keyboard.press("Enter");
  await tabTo(page, textField(page, en.form.id));
  await keyboard.type("press");
  await tabTo(page, page.getByRole("button", { name: en.form.test }));
  await keyboard.press("Space");
  await expect(page.getByRole("region", { name: en.form.test })).toContainText(en.form.works);
  await keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { name: "Press" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);

  await tabTo(page, page.getByRole("button", { name: en.more }));
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("menuitem", { name: en.connection.disconnect }), "ArrowDown");
  await keyboard.press("Enter");
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.idle);
  await tabTo(page, page.getByRole("link", { name: en.connection.edit }), "Shift+Tab");
  await keyboard.press("Enter");
  await tabTo(page, textField(page, en.form.name));
  await keyboard.press("End");
  await keyboard.type(" 5");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Press 5" })).toBeVisible();

  await tabTo(page, page.getByRole("button", { name: en.more }));
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("menuitem", { name: en.connection.delete }), "ArrowDown");
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("textbox")).toBeFocused();
  // The focus stays in the dialog.
  const inside = async () => dialog.evaluate((element) => element.contains(document.activeElement));
  for (let presses = 0; presses < 6; presses += 1) {
    await keyboard.press("Tab");
    expect(await inside()).toBe(true);
  }
  await keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  expect(await admin.connections()).toHaveLength(1);

  // The focus returns to where it was.
  await expect(page.getByRole("button", { name: en.more })).toBeFocused();
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("menuitem", { name: en.connection.delete }), "ArrowDown");
  await keyboard.press("Enter");
  await expect(dialog.getByRole("textbox")).toBeFocused();
  await keyboard.type("Press 5");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  expect(await admin.connections()).toHaveLength(0);
});

test("certificates, a bulk action and a conflict of two edits are handled by keyboard", async ({
  page,
  admin,
  guard,
  pki,
  startBroker,
}) => {
  test.slow();
  guard.allow(/status of 412 .*\/api\/connections\/press\?/);
  const broker = await startBroker({ tls: { pki, chain: true, wantsClientCertificate: true } });
  const { keyboard } = page;
  const { bulk, certificates, fleet, form, merge } = en;
  const main = page.getByRole("main");

  // A connection with a client certificate, whose broker's CA is trusted once its fingerprint has been compared.
  await page.goto("/new");
  await expect(textField(page, form.url)).toBeFocused();
  await keyboard.type(broker.url);
  await tabTo(page, textField(page, form.name));
  await keyboard.press("Control+a");
  await keyboard.type("Press");
  await tabTo(page, page.getByRole("button", { name: form.clientCertificate }));
  await keyboard.press("Enter");
  for (const [label, text] of [
    [form.cert, pki.client.cert],
    [form.key, pki.client.key],
  ] as const) {
    await tabTo(page, textField(page, label));
    await keyboard.insertText(text);
    await expect(page.getByRole("button", { name: `${form.chooseFile}: ${label}` })).toBeFocused();
  }
  await tabTo(page, page.getByRole("button", { name: form.advanced, exact: true }));
  await keyboard.press("Enter");
  await tabTo(page, textField(page, form.id));
  await keyboard.type("press");
  await tabTo(page, page.getByRole("button", { name: form.test }));
  await keyboard.press("Enter");
  await expect(page.getByRole("button", { name: form.trust })).toBeVisible();
  await tabTo(page, page.getByRole("checkbox", { name: certificates.compared }));
  await keyboard.press("Space");
  await tabTo(page, page.getByRole("button", { name: form.trust }));
  await keyboard.press("Enter");
  await expect(page.getByText(form.works)).toBeVisible();
  await keyboard.press("Control+Enter");
  await expect(main).toContainText(en.stateDescriptions.online);

  // All connections are disconnected at once.
  await tabTo(page, page.getByRole("link", { name: en.connection.back }), "Shift+Tab");
  await keyboard.press("Enter");
  await tabTo(page, main.getByRole("link", { name: "Press" }));
  await keyboard.press("Space");
  await expect(page.getByRole("checkbox", { name: fleet.select("Press") })).toBeChecked();
  await tabTo(page, page.getByRole("button", { name: fleet.disconnect, exact: true }));
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await tabTo(page, dialog.getByRole("button", { name: fleet.disconnect, exact: true }));
  await keyboard.press("Enter");
  await expect(page.getByText(bulk.done.disconnect(1))).toBeVisible();
  await expect.poll(async () => (await admin.connection("press")).status?.state).toBe("idle");

  // Another user's change of the same field: theirs is taken.
  await page.goto("/connections/press/edit");
  await tabTo(page, textField(page, form.name));
  await keyboard.press("End");
  await keyboard.type(" 5");
  await admin.ask("PATCH", "/api/connections/press", { name: "Press 6" });
  const conflict = page.getByRole("alert").filter({ has: page.getByRole("button", { name: merge.take }) });
  await expect(conflict).toBeVisible();
  await keyboard.press("Control+Enter");
  await expect(conflict).toBeFocused();
  await tabTo(page, conflict.getByRole("radio", { name: merge.mine }));
  await keyboard.press("ArrowLeft");
  await expect(conflict.getByRole("radio", { name: merge.theirs })).toBeChecked();
  await tabTo(page, page.getByRole("button", { name: merge.take }));
  await keyboard.press("Enter");
  await expect(page.getByText(merge.merged)).toBeFocused();
  await expect(textField(page, form.name)).toHaveValue("Press 6");
});

test("a dialog returns the focus", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: "mqtts://127.0.0.1:1", rejectUnauthorized: false });
  const { keyboard } = page;
  await page.goto("/administration/plugins");
  const tls = page.getByRole("switch", { name: /^tls / });
  const about = page.getByRole("link", { name: en.about.title });
  for (const [from, key] of [
    [tls, "Space"],
    [about, "Shift+?"],
    [about, "Control+k"],
  ] as const) {
    await from.focus();
    await keyboard.press(key);
    await expect(page.getByRole("dialog")).toBeVisible();
    await keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(from).toBeFocused();
  }

  await page.goto("/new");
  await textField(page, en.form.name).fill("Oven");
  const fleet = page.getByRole("navigation", { name: en.nav.main }).getByRole("link", { name: en.nav.fleet });
  await fleet.focus();
  await keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: en.leave.title })).toBeVisible();
  await keyboard.press("Escape");
  await expect(fleet).toBeFocused();
});

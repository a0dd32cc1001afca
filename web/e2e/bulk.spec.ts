import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { fileContents, materialFaults } from "../src/i18n/en-material";
import { connectionNamed } from "./support/fleet";
import { connectionItem, textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { bulk, bulkEdit, fleet, form } = en;

async function choose(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) await page.getByRole("checkbox", { name: fleet.select(name) }).check();
}

test.beforeEach(async ({ page, admin, broker }) => {
  await admin.load([
    connectionNamed("Press", broker.url),
    connectionNamed("Belt", broker.url),
    connectionNamed("Store", broker.url),
    connectionNamed("Oven", UNREACHABLE_URL),
  ]);
  await admin.disconnect("store");
  await Promise.all([admin.isOnline("press"), admin.isOnline("belt")]);
  await page.goto("/");
  await expect(connectionItem(page, "Store")).toContainText(en.states.idle);
});

test("many connections are disconnected and connected again; the dialog lists exactly those that change", async ({
  page,
  admin,
}) => {
  await page.getByRole("checkbox", { name: fleet.selectAll }).check();
  const bar = page.getByRole("toolbar", { name: fleet.selected(4) });
  await bar.getByRole("button", { name: fleet.disconnect }).click();
  let dialog = page.getByRole("dialog", { name: bulk.disconnect(3) });
  await expect(dialog.getByRole("listitem")).toHaveText([/Oven/, /Belt/, /Press/]);
  await expect(dialog).toContainText(bulk.unchanged(1));
  await dialog.getByRole("button", { name: fleet.disconnect }).click();
  await expect(dialog).toBeHidden();
  // The outcome is announced, and the focus is on the page.
  await expect(page.getByText(bulk.done.disconnect(3))).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page.getByRole("main").getByRole("status")).toHaveText(fleet.allIdle);
  for (const { status } of await admin.connections()) expect(status).toMatchObject({ state: "idle", connected: false });

  await choose(page, "Press", "Belt");
  await page.getByRole("button", { name: fleet.connect, exact: true }).click();
  dialog = page.getByRole("dialog", { name: bulk.connect(2) });
  // In whichever order they were when the pointer came over the list.
  await expect(dialog.getByRole("listitem")).toHaveCount(2);
  for (const name of ["Belt", "Press"]) {
    await expect(dialog.getByRole("listitem").filter({ hasText: name })).toBeVisible();
  }
  await dialog.getByRole("button", { name: fleet.connect, exact: true }).click();
  await expect(connectionItem(page, "Press")).toContainText(en.states.online);
  await expect(connectionItem(page, "Belt")).toContainText(en.states.online);
  await expect(connectionItem(page, "Oven")).toContainText(en.states.idle);

  // It can be taken back.
  const outcome = page.getByRole("status").filter({ hasText: bulk.done.connect(2) });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(connectionItem(page, "Press")).toContainText(en.states.idle);
  await expect(connectionItem(page, "Belt")).toContainText(en.states.idle);
});

test("the selected connections are deleted, and no others", async ({ page, admin }) => {
  await choose(page, "Press", "Oven");
  await page.getByRole("button", { name: en.delete, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: bulk.delete(2) });
  await expect(dialog.getByRole("listitem")).toHaveText([/Oven/, /Press/]);
  // Titles of dialogs look like headings.
  await expect(dialog.getByRole("heading")).toHaveCSS("font-weight", "650");
  await dialog.getByRole("button", { name: en.cancel }).click();
  expect(await admin.connections()).toHaveLength(4);

  await page.getByRole("button", { name: en.delete, exact: true }).click();
  // Only after their number has been typed.
  const number = dialog.getByRole("textbox", { name: bulk.typeNumber(2) });
  await expect(number).toBeFocused();
  for (const wrong of ["", "1", "22"]) {
    await number.fill(wrong);
    await number.press("Enter");
    await expect(dialog.getByRole("button", { name: en.delete })).toBeDisabled();
  }
  expect(await admin.connections()).toHaveLength(4);
  await number.fill("2");
  await number.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByText(bulk.done.delete(2))).toBeVisible();
  await expect(connectionItem(page, "Press")).toBeHidden();
  expect((await admin.connections()).map(({ id }) => id).toSorted()).toEqual(["belt", "store"]);
});

test("a connection that fails is named with the reason, and the others go on", async ({ page, admin, guard }) => {
  guard.allow(/status of 404 .*\/api\/connections\/press\/disconnect/);
  await choose(page, "Press", "Belt", "Oven");
  await page.getByRole("button", { name: fleet.disconnect, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: bulk.disconnect(3) });
  await expect(dialog).toBeVisible();
  // Another user deletes it first.
  await admin.delete("press");
  await dialog.getByRole("button", { name: fleet.disconnect }).click();
  await expect(dialog.getByRole("alert")).toHaveText(
    `${en.bulk.outcome(2, 1)}Press: ${en.errors.refusals["Connection not found"]}`,
  );
  await dialog.getByRole("button", { name: en.close }).last().click();
  await expect(connectionItem(page, "Belt")).toContainText(en.states.idle);
  await expect(connectionItem(page, "Oven")).toContainText(en.states.idle);
  // What was done can be taken back.
  const outcome = page.getByRole("status").filter({ hasText: bulk.done.disconnect(2) });
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(bulk.done.connect(2))).toBeVisible();
  await expect(connectionItem(page, "Belt")).toContainText(en.states.online);
});

test("a failed delete is named even if no connection is left", async ({ page, admin, guard }) => {
  guard.allow(/status of 404 .*\/api\/connections\/press$/);
  await page.getByRole("checkbox", { name: fleet.selectAll }).check();
  await page.getByRole("button", { name: en.delete, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: bulk.delete(4) });
  await expect(dialog).toBeVisible();
  await admin.delete("press");
  await dialog.getByRole("textbox").fill("4");
  await dialog.getByRole("button", { name: en.delete }).click();
  await expect(dialog.getByRole("alert")).toHaveText(
    `${en.bulk.outcome(3, 1)}Press: ${en.errors.refusals["Connection not found"]}`,
  );
  await dialog.getByRole("button", { name: en.close }).last().click();
  await expect(page.getByRole("heading", { name: fleet.empty })).toBeVisible();
});

test("what is wrong for all of an edit is said at its field, until that is edited", async ({
  page,
  admin,
  guard,
  pki,
}) => {
  guard.allow(/status of 400 .*\/api\/connections\//);
  await choose(page, "Press", "Belt");
  await page.getByRole("button", { name: fleet.edit, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: bulkEdit.title(2) });
  await dialog.getByRole("radiogroup", { name: bulkEdit.ca }).getByText(bulkEdit.replace).click();
  const ca = textField(page, form.ca);
  await ca.fill("no certificate");
  await dialog.getByRole("button", { name: bulkEdit.change(2) }).click();
  await expect(ca).toHaveAccessibleDescription(/PEM/);
  await expect(ca).toBeFocused();
  await expect(dialog.getByRole("alert")).toBeHidden();
  await ca.fill("no certificate either");
  await expect(ca).not.toHaveAccessibleDescription(/PEM/);
  await ca.fill(pki.ca.cert);
  await dialog.getByRole("button", { name: bulkEdit.change(2) }).click();
  await expect(dialog).toBeHidden();
  expect((await admin.connection("press")).ca).toBeDefined();
});

test("what is wrong for some of an edit is listed with its field, until something is edited", async ({
  page,
  admin,
  guard,
}) => {
  guard.allow(/status of (400|404) .*\/api\/connections\//);
  await choose(page, "Press", "Belt");
  await page.getByRole("button", { name: fleet.edit, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: bulkEdit.title(2) });
  await dialog.getByRole("radiogroup", { name: bulkEdit.ca }).getByText(bulkEdit.replace).click();
  await textField(page, form.ca).fill("no certificate");
  await admin.delete("belt");
  await dialog.getByRole("button", { name: bulkEdit.change(2) }).click();
  const list = page.getByRole("dialog").getByRole("alert");
  await expect(list).toContainText(`Press: ${en.fieldNames["ca"]}: `);
  await expect(list).toContainText(`Belt: ${en.errors.refusals["Connection not found"]}`);
  await textField(page, form.ca).fill("no certificate either");
  await expect(list).toBeHidden();
});

test("closing an edit asks before input is lost, and a key is refused as a CA when it is chosen", async ({
  page,
  pki,
}) => {
  await choose(page, "Press", "Belt");
  const edit = page.getByRole("button", { name: fleet.edit, exact: true });
  await edit.click();
  const dialog = page.getByRole("dialog", { name: bulkEdit.title(2) });
  await expect(dialog.getByRole("combobox", { name: bulkEdit.scheme })).toBeFocused();
  // Nothing has been entered, so it closes without a question.
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(edit).toBeFocused();

  await edit.press("Enter");
  await dialog.getByRole("radiogroup", { name: bulkEdit.ca }).getByText(bulkEdit.replace).click();
  const file = { name: "key.pem", mimeType: "application/x-pem-file", buffer: Buffer.from(pki.client.key) };
  await dialog.locator('input[type="file"]').setInputFiles(file);
  const chooseFile = dialog.getByRole("button", { name: `${form.chooseFile}: ${form.ca}` });
  await expect(chooseFile).toHaveAccessibleDescription(
    materialFaults.noCertificateBut.replace("{found}", fileContents.privateKey),
  );
  await expect(dialog.getByRole("button", { name: /^Change/ })).toBeDisabled();
  await dialog.getByRole("combobox", { name: bulkEdit.scheme }).selectOption("mqtts");
  await expect(dialog.getByRole("button", { name: /^Change/ })).toBeDisabled();

  const question = page.getByRole("dialog", { name: en.leave.title });
  await chooseFile.focus();
  await page.keyboard.press("Escape");
  await expect(question.getByRole("button", { name: en.leave.stay })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(chooseFile).toBeFocused();
  await dialog.getByRole("button", { name: en.cancel }).click();
  await question.getByRole("button", { name: en.leave.go }).click();
  await expect(dialog).toBeHidden();
  await expect(edit).toBeFocused();
});

test("going back asks before the input of an edit is lost", async ({ page }) => {
  const navigation = page.getByRole("navigation", { name: en.nav.main });
  await navigation.getByRole("link", { name: en.nav.activity }).click();
  await expect(page.getByRole("heading", { level: 1, name: en.activity.title })).toBeVisible();
  await navigation.getByRole("link", { name: en.nav.fleet }).click();
  await choose(page, "Press", "Belt");
  await page.getByRole("button", { name: fleet.edit, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: bulkEdit.title(2) });
  const scheme = dialog.getByRole("combobox", { name: bulkEdit.scheme });
  await scheme.selectOption("mqtts");
  const question = page.getByRole("dialog", { name: en.leave.title });
  await page.goBack();
  await expect(question.getByRole("button", { name: en.leave.stay })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(scheme).toHaveValue("mqtts");
  await page.goBack();
  await question.getByRole("button", { name: en.leave.go }).click();
  await expect(page.getByRole("heading", { level: 1, name: en.activity.title })).toBeVisible();
});

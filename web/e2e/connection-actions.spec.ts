import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { connectionNamed } from "./support/fleet";
import { connectionItem, textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { bulkEdit, certificates, form, trustAll } = en;

test.describe("with access to the clipboard", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("a diagnosis for a ticket is copied, without secrets", async ({ page, admin, pki, startBroker }) => {
    const broker = await startBroker({ tls: { pki, chain: true } });
    const credentials = { username: "haltere", password: "kept in the dark" };
    await admin.create({ id: "press", name: "Press", url: broker.url, credentials });
    await page.goto("/connections/press");
    await page.getByRole("button", { name: form.test, exact: true }).click();
    await expect(page.getByRole("region", { name: form.test })).toContainText("SELF_SIGNED_CERT_IN_CHAIN");
    await page.getByRole("button", { name: en.more }).click();
    await page.getByRole("menuitem", { name: en.diagnosis.copy }).click();
    await expect(page.getByText(en.diagnosis.copied)).toBeVisible();
    await expect(page.getByRole("button", { name: en.more })).toBeFocused();
    const text = await page.evaluate(async () => navigator.clipboard.readText());
    expect(text).toMatch(/^Press\n/);
    for (const part of ["SELF_SIGNED_CERT_IN_CHAIN", broker.url, "CN=localhost", "Works 4 CA", "TLS: failed"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain(credentials.password);
  });
});

test("a duplicate opens the form with everything but secrets", async ({ page, admin, pki, broker }) => {
  await admin.create({
    id: "press",
    name: "Press",
    url: broker.url,
    credentials: { username: "haltere", password: "kept in the dark", clientId: "press-client" },
    ca: pki.ca.cert,
    noMetricsMode: true,
  });
  await page.goto("/connections/press");
  await page.getByRole("button", { name: en.more }).click();
  await page.getByRole("menuitem", { name: en.duplicate.action }).click();
  await expect(page.getByRole("heading", { level: 1, name: en.duplicate.title("Press") })).toBeVisible();
  await expect(page.getByText(en.duplicate.note)).toBeVisible();
  await expect(textField(page, form.url)).toHaveValue(broker.url);
  await expect(page.getByLabel(form.password, { exact: true })).toHaveValue("");
  await expectAccessible(page, "form of a duplicate");
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("heading", { name: en.duplicate.name("Press") })).toBeVisible();
  const copy = (await admin.connections()).find(({ name }) => name === en.duplicate.name("Press"));
  expect(copy).toMatchObject({ url: broker.url, credentials: { username: "haltere" }, noMetricsMode: true });
  expect(copy?.credentials).not.toHaveProperty("password");
  expect(copy?.credentials).not.toHaveProperty("clientId");
  expect(copy?.ca).toEqual((await admin.connection("press")).ca);
});

test("a CA is trusted for all connections whose brokers present it, and that can be taken back", async ({
  page,
  admin,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.load(["Press", "Belt", "Oven"].map((name) => connectionNamed(name, broker.url)));
  await admin.create({ id: "kiln", name: "Kiln", url: UNREACHABLE_URL });
  const code = async (id: string) => (await admin.connection(id)).status?.error?.code;
  for (const id of ["press", "belt", "oven"]) {
    await expect.poll(async () => code(id)).toBe("SELF_SIGNED_CERT_IN_CHAIN");
  }
  await page.goto("/connections/press/certificates");
  const card = page.getByRole("region", { name: en.connection.certificates });
  const all = card.getByRole("button", { name: trustAll.trust(3) });
  await expect(all).toBeDisabled();
  await card.getByText(trustAll.names).click();
  const names = card.getByRole("list", { name: trustAll.found(3) }).getByRole("listitem");
  await expect(names).toHaveText(["Press", "Belt", "Oven"]);
  await expectAccessible(page, "offer to trust a CA for all");
  await card.getByRole("checkbox", { name: certificates.compared }).check();
  await all.click();
  const outcome = page.getByRole("status").filter({ hasText: trustAll.done(3) });
  await expect(outcome).toBeVisible();
  for (const id of ["press", "belt", "oven"]) await admin.isOnline(id);
  expect((await admin.connection("kiln")).ca).toBeUndefined();
  // The offer is gone with its button, and then the button that takes it back.
  const main = page.getByRole("main");
  await expect(main).toBeFocused();

  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(trustAll.undone(3))).toBeVisible();
  await expect(main).toBeFocused();
  for (const { ca } of await admin.connections()) expect(ca).toBeUndefined();
});

test("a CA does not replace one that another user has entered meanwhile", async ({
  page,
  admin,
  pki,
  expiringPki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.load(["Press", "Belt"].map((name) => connectionNamed(name, broker.url)));
  const code = async (id: string) => (await admin.connection(id)).status?.error?.code;
  for (const id of ["press", "belt"]) await expect.poll(async () => code(id)).toBe("SELF_SIGNED_CERT_IN_CHAIN");
  await page.goto("/connections/press/certificates");
  const card = page.getByRole("region", { name: en.connection.certificates });
  await card.getByRole("checkbox", { name: certificates.compared }).check();
  // After the click, and before the console's first request about the other connection.
  let isChanged = false;
  await page.route(/\/api\/connections\/belt\?/, async (route) => {
    if (!isChanged) await admin.ask("PATCH", "/api/connections/belt", { ca: expiringPki.ca.cert });
    isChanged = true;
    await route.continue();
  });
  await card.getByRole("button", { name: trustAll.trust(2) }).click();
  await expect(page.getByRole("alert").first()).toContainText(`Belt: ${en.errors.editConflict}`);
  await expect(page.getByRole("status").filter({ hasText: trustAll.done(1) })).toBeVisible();
  await expect(page.getByRole("main")).toBeFocused();
  await admin.isOnline("press");
  const { ca } = await admin.connection("belt");
  expect(Buffer.from(ca?.data ?? "", "base64").toString()).toBe(expiringPki.ca.cert);
});

test("many connections get another scheme and a CA, after a plan, and that can be taken back", async ({
  page,
  admin,
  pki,
}) => {
  await admin.load([
    { id: "press", name: "Press", url: "mqtt://127.0.0.1:1883" },
    { id: "belt", name: "Belt", url: "mqtts://127.0.0.1:8883", ca: pki.ca.cert },
    { id: "oven", name: "Oven", url: "mqtt://127.0.0.1:1" },
  ]);
  await page.goto("/");
  await expect(connectionItem(page, "Press")).toBeVisible();
  await page.getByRole("checkbox", { name: en.fleet.selectAll }).check();
  await page.getByRole("button", { name: en.fleet.edit, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: bulkEdit.title(3) });
  await expect(dialog).toContainText(bulkEdit.nothing);
  await dialog.getByRole("combobox", { name: bulkEdit.scheme }).selectOption("mqtts");
  const plan = dialog.getByRole("list", { name: bulkEdit.plan }).getByRole("listitem");
  await expect(plan).toHaveCount(2);
  await expect(plan.filter({ hasText: "Press" })).toContainText("mqtt://127.0.0.1:1883 → mqtts://127.0.0.1:8883");
  await expect(plan.filter({ hasText: "Oven" })).toContainText("mqtt://127.0.0.1:1 → mqtts://127.0.0.1:1");
  await expect(dialog).toContainText(bulkEdit.unchanged(1));
  await dialog.getByRole("radiogroup", { name: bulkEdit.ca }).getByText(bulkEdit.replace).click();
  await expect(dialog.getByRole("button", { name: bulkEdit.change(2) })).toBeDisabled();
  await textField(page, form.ca).fill(pki.ca.cert);
  await expect(plan.filter({ hasText: "Press" })).toContainText("CN=Works 4 CA");
  await expectAccessible(page, "edit of many with a plan");
  await dialog.getByRole("button", { name: /^Change/ }).click();
  await expect(dialog).toBeHidden();
  const outcome = page.getByRole("status").filter({ has: page.getByRole("button", { name: en.undo }) });
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  for (const { url, ca } of await admin.connections()) {
    expect(url).toMatch(/^mqtts:/);
    expect(Buffer.from(ca?.data ?? "", "base64").toString()).toBe(pki.ca.cert);
  }
  await outcome.getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(/changed back/)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  expect((await admin.connection("press")).url).toBe("mqtt://127.0.0.1:1883");
  expect((await admin.connection("oven")).ca).toBeUndefined();
});

test("an edit of many goes on after a failure, and says for which and why", async ({ page, admin, guard }) => {
  guard.allow(/status of 404 .*\/api\/connections\/oven\?/);
  await admin.load(["Press", "Oven", "Kiln"].map((name) => connectionNamed(name, UNREACHABLE_URL)));
  await page.goto("/");
  await page.getByRole("checkbox", { name: en.fleet.selectAll }).check();
  await page.getByRole("button", { name: en.fleet.edit, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radiogroup", { name: bulkEdit.credentials }).getByText(bulkEdit.replace).click();
  await textField(page, form.username).fill("haltere");
  await dialog.getByLabel(form.password, { exact: true }).fill("new password");
  await expect(dialog.getByRole("list", { name: bulkEdit.plan })).toContainText(
    `${form.username}: ${bulkEdit.removed} → haltere, ${bulkEdit.newPassword}`,
  );
  // Another user is faster.
  await admin.delete("oven");
  await admin.ask("PATCH", "/api/connections/kiln", { credentials: { username: "theirs" } });
  await dialog.getByRole("button", { name: bulkEdit.change(3) }).click();
  await expect(dialog.getByRole("alert")).toContainText(en.bulk.outcome(1, 2));
  await expect(dialog.getByRole("alert")).toContainText(`Oven: ${en.errors.refusals["Connection not found"]}`);
  await expect(dialog.getByRole("alert")).toContainText(`Kiln: ${en.errors.editConflict}`);
  expect((await admin.connection("press")).credentials).toEqual({ username: "haltere", password: "new password" });
  expect((await admin.connection("kiln")).credentials).toEqual({ username: "theirs" });

  // What was entered is still there, for those that failed as they are now.
  await expect(textField(page, form.username)).toHaveValue("haltere");
  await expect(dialog.getByLabel(form.password, { exact: true })).toHaveValue("new password");
  await expect(dialog).toContainText(bulkEdit.title(1));
  await expect(dialog.getByRole("list", { name: bulkEdit.plan })).toContainText(`${form.username}: theirs → haltere`);
  await expect(dialog.getByRole("alert").locator("..")).toBeFocused();
  await dialog.getByRole("button", { name: bulkEdit.change(1) }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(bulkEdit.done(2))).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  // Only the server has the passwords from before.
  await expect(page.getByRole("button", { name: en.undo })).toHaveCount(0);
  expect((await admin.connection("kiln")).credentials).toEqual({ username: "haltere", password: "new password" });
});

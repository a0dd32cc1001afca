import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { form } = en;

async function fill(page: Page, name: string, url: string): Promise<void> {
  await textField(page, form.name).fill(name);
  await textField(page, form.url).fill(url);
}

/** Escapes a text for a regular expression. */
const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

const save = async (page: Page) => page.getByRole("button", { name: en.save }).click();

test("a new broker is tested stage by stage, saved and connected", async ({ page, broker }) => {
  await page.goto("/");
  await page.getByRole("main").getByRole("link", { name: en.fleet.newConnection }).click();
  await expect(textField(page, form.url)).toBeFocused();
  await fill(page, "Press 4", broker.url);

  await page.getByRole("button", { name: form.test }).click();
  const panel = page.getByRole("region", { name: form.test });
  await expect(panel).toContainText(form.works);
  for (const stage of ["tcp", "mqtt", "subscribe"] as const) {
    const line = panel.getByRole("listitem").filter({ hasText: en.stageNames[stage] });
    await expect(line.getByLabel(form.passed)).toBeVisible();
    await expect(line).toContainText(/\d ms/);
  }

  // The page must never say that the connection is missing.
  await page.evaluate((gone) => {
    new MutationObserver(() => {
      if (document.body.textContent.includes(gone)) console.error("a connection that was just made is said to be gone");
    }).observe(document.body, { childList: true, subtree: true });
  }, en.connection.gone);
  await save(page);
  await expect(page.getByRole("heading", { name: "Press 4" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await expect(page).toHaveURL(/\/connections\/[0-9a-f-]{36}$/);
});

test("a failed test names the stage, the cause and what to do", async ({ page }) => {
  await page.goto("/new");
  await fill(page, "Oven", UNREACHABLE_URL);
  await page.getByRole("button", { name: form.test }).click();
  const panel = page.getByRole("region", { name: form.test });
  await expect(panel).toContainText("ECONNREFUSED");
  const stage = panel.getByRole("listitem").filter({ hasText: en.stageNames.tcp });
  await expect(stage.getByLabel(form.failed)).toBeVisible();
  await expect(panel).toContainText("127.0.0.1 is the machine");
  await expect(panel).not.toContainText(form.works);
});

test("a connection is stored while its broker is unreachable, and the form says so", async ({ page, admin }) => {
  await page.goto("/new");
  await fill(page, "Oven", UNREACHABLE_URL);
  await page.getByRole("button", { name: form.advanced, exact: true }).click();
  await textField(page, form.id).fill("oven");
  await save(page);
  await expect(page.getByText(form.savedButDown)).toBeVisible();
  await expect(page).toHaveURL(/\/connections\/oven$/);
  await expect(page.getByRole("main")).toContainText("ECONNREFUSED");
  expect((await admin.connection("oven")).name).toBe("Oven");
});

test("an error is shown at its field, and the input stays", async ({ page, admin, guard }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/new");
  await save(page);
  await expect(textField(page, form.name)).toHaveAccessibleDescription(form.nameRequired);
  await expect(textField(page, form.url)).toHaveAccessibleDescription(new RegExp(literally(form.urlFaults.empty)));
  await expect(textField(page, form.url)).toBeFocused();
  for (const [url, fault] of [
    ["press-4:1883", form.urlFaults.scheme],
    ["mqtt://", form.urlFaults.host],
    ["mqtt://press-4:70000", form.urlFaults.port],
    ["mqtt://me:secret@press-4", form.urlFaults.userinfo],
    ["mqtt://press-4#there", form.urlFaults.fragment],
  ] as const) {
    await textField(page, form.url).fill(url);
    await expect(textField(page, form.url)).toHaveAccessibleDescription(new RegExp(literally(fault)));
  }

  // The server checks what the form can't: this name is taken.
  guard.allow(/status of 403 .*\/api\/connections/);
  await fill(page, "Press", UNREACHABLE_URL);
  await save(page);
  await expect(page.getByRole("alert")).toContainText(
    en.errors.refusals["Connection with either the same name or id already exists"] ?? "",
  );
  await expect(textField(page, form.name)).toHaveValue("Press");
  await expect(textField(page, form.url)).toHaveValue(UNREACHABLE_URL);
});

test("an edit keeps the stored password, and a test of it uses it", async ({ page, admin, startBroker }) => {
  const user = { name: "haltere", password: "kept in the dark" };
  const broker = await startBroker({ user });
  const credentials = { username: user.name, password: user.password };
  await admin.create({ id: "press", name: "Press", url: broker.url, credentials });
  await page.goto("/connections/press");
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await page.getByRole("link", { name: en.connection.edit }).click();

  const password = page.getByLabel(form.password, { exact: true });
  await expect(password).toHaveValue("");
  await expect(password).toHaveAttribute("placeholder", form.storedPassword.unchanged);
  await textField(page, form.name).fill("Press 5");
  await page.getByRole("button", { name: form.test }).click();
  await expect(page.getByRole("region", { name: form.test })).toContainText(form.works);
  await save(page);
  await expect(page.getByRole("heading", { name: "Press 5" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  expect(await admin.connection("press")).toMatchObject({ name: "Press 5", credentials });

  // A new password replaces it.
  await page.getByRole("link", { name: en.connection.edit }).click();
  await page.getByLabel(form.password, { exact: true }).fill("wrong");
  await save(page);
  await expect(page.getByRole("main")).toContainText("NOT_AUTHORIZED");
  expect((await admin.connection("press")).credentials?.password).toBe("wrong");
});

test("another user's change is shown at once with their name, and not overwritten", async ({
  page,
  admin,
  haltere,
  guard,
}) => {
  guard.allow(/status of 412 .*\/api\/connections\/press\?/);
  await haltere.addUser("ann", "connectionManager");
  const ann = await haltere.login("ann");
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press/edit");
  await textField(page, form.name).fill("Mine");
  await ann.ask("PATCH", "/api/connections/press", { name: "Theirs" });
  const alert = page.getByRole("alert").filter({ hasText: /Changed by .*ann/ });
  await expect(alert.getByRole("group", { name: form.name })).toContainText("Theirs");
  // Typing goes on undisturbed.
  await expect(textField(page, form.name)).toBeFocused();
  await expectAccessible(page, "form that is outdated");
  await save(page);
  await expect(alert).toBeFocused();
  await expect(alert).toContainText(en.errors.nothingSaved);
  expect((await admin.connection("press")).name).toBe("Theirs");
  await alert.getByRole("button", { name: form.loadLatest }).click();
  await expect(textField(page, form.name)).toHaveValue("Theirs");
  await textField(page, form.name).fill("Ours");
  await save(page);
  await expect(page.getByRole("heading", { name: "Ours" })).toBeVisible();
});

test("the changes of two users are merged field by field", async ({ page, admin, guard, pki }) => {
  guard.allow(/status of 412 .*\/api\/connections\/press\?/);
  const credentials = { username: "haltere", password: "kept" };
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, credentials });
  await page.goto("/connections/press/edit");
  await textField(page, form.name).fill("Mine");
  await textField(page, form.url).fill("mqtts://press-4:8883");
  await admin.ask("PATCH", "/api/connections/press", {
    name: "Theirs",
    ca: pki.ca.cert,
    credentials: { clientId: "theirs", password: "new" },
  });
  const field = (name: string) => page.getByRole("alert").getByRole("group", { name, exact: true });
  // Contested fields keep what the user typed; each other field keeps its only change.
  await expect(field(form.name).getByRole("radio", { name: en.merge.mine })).toBeChecked();
  await expect(field(form.clientId).getByRole("radio", { name: en.merge.theirs })).toBeChecked();
  await expect(field(form.ca)).toContainText("CN=Works 4 CA");
  await expect(field(form.password)).toContainText(en.merge.secret);
  await expect(field(form.url)).toHaveCount(0);
  await page.getByRole("button", { name: en.merge.take }).click();
  await expect(page.getByText(en.merge.merged)).toBeFocused();
  await expect(textField(page, form.name)).toHaveValue("Mine");

  // Another change in between: again nothing is overwritten without asking.
  await admin.ask("PATCH", "/api/connections/press", { name: "Theirs again" });
  await field(form.name).getByRole("radio", { name: en.merge.theirs }).check();
  await page.getByRole("button", { name: en.merge.take }).click();
  await save(page);
  // The heading is live, so it says nothing about this.
  await expect(page).toHaveURL(/\/connections\/press$/);
  await expect(page.getByRole("heading", { name: "Theirs again" })).toBeVisible();
  const stored = await admin.connection("press");
  expect(stored).toMatchObject({
    url: "mqtts://press-4:8883",
    credentials: { username: "haltere", password: "new", clientId: "theirs" },
  });
  expect(Buffer.from(stored.ca?.data ?? "", "base64").toString()).toBe(pki.ca.cert);
});

test("an edit is not stopped because the connection was disconnected meanwhile", async ({ page, admin, guard }) => {
  guard.allow(/status of 412 .*\/api\/connections\/press\?/);
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press/edit");
  await textField(page, form.name).fill("Press 5");
  await admin.disconnect("press");
  await save(page);
  await expect(page.getByRole("heading", { name: "Press 5" })).toBeVisible();
  expect(await admin.connection("press")).toMatchObject({ name: "Press 5", status: { state: "idle" } });
});

test("an edit is undone from its outcome, and what has changed since is not overwritten", async ({
  page,
  admin,
  guard,
  pki,
}) => {
  guard.allow(/status of 412 .*\/api\/connections\/press\?/);
  const credentials = { username: "haltere", password: "kept in the dark" };
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, credentials, ca: pki.ca.cert });
  const before = await admin.connection("press");
  const outcome = (name: string) => page.getByRole("status").filter({ hasText: en.outcome.saved(name) });
  const rename = async (name: string) => {
    await page.goto("/connections/press/edit");
    await textField(page, form.name).fill(name);
    await textField(page, form.url).fill("mqtts://press-4:8883");
    await page.getByRole("button", { name: `${form.removeFile}: ${form.ca}` }).click();
    await save(page);
    await expect(outcome(name)).toBeVisible();
  };
  await rename("Press 5");
  expect(await admin.connection("press")).toMatchObject({ name: "Press 5", url: "mqtts://press-4:8883" });
  await outcome("Press 5").getByRole("button", { name: en.undo }).click();
  await expect(page.getByText(en.outcome.undone("Press"))).toBeVisible();
  const { name, url, ca, credentials: kept } = await admin.connection("press");
  expect({ name, url, ca, credentials: kept }).toEqual({
    name: before.name,
    url: before.url,
    ca: before.ca,
    credentials,
  });

  await rename("Press 6");
  await admin.ask("PATCH", "/api/connections/press", { name: "Theirs" });
  await outcome("Press 6").getByRole("button", { name: en.undo }).click();
  // The title says what failed.
  const alert = page.getByRole("alert").filter({ hasText: en.failed.undo });
  await expect(alert).toHaveText(`${en.failed.undo}Press: ${en.errors.editConflict}.`);
  expect(await admin.connection("press")).toMatchObject({ name: "Theirs", url: "mqtts://press-4:8883" });
});

test("a change of a secret, which only the server has, has no undo", async ({ page, admin }) => {
  const credentials = { username: "haltere", password: "kept in the dark" };
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, credentials });
  await page.goto("/connections/press/edit");
  await page.getByLabel(form.password, { exact: true }).fill("another");
  await save(page);
  await expect(page.getByText(en.outcome.saved("Press"))).toBeVisible();
  await expect(page.getByRole("button", { name: en.undo })).toHaveCount(0);
});

test("leaving unsaved changes asks for confirmation", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press/edit");
  const fleet = page.getByRole("navigation", { name: en.nav.main }).getByRole("link", { name: en.nav.fleet });
  const question = page.getByRole("dialog", { name: en.leave.title });
  const name = textField(page, form.name);

  await name.fill("Press 5");
  await fleet.click();
  await question.getByRole("button", { name: en.leave.stay }).click();
  await expect(question).toBeHidden();
  await expect(name).toHaveValue("Press 5");

  // So does the browser when the tab is closed or reloaded.
  const asked = page.waitForEvent("dialog");
  await page.reload();
  expect((await asked).type()).toBe("beforeunload");
  await expect(name).toHaveValue("Press");

  // Back to the stored value: nothing would be lost.
  await name.fill("Press 5");
  await name.fill("Press");
  await page.getByRole("button", { name: en.cancel }).click();
  await expect(page).toHaveURL(/\/connections\/press$/);

  await page.getByRole("link", { name: en.connection.edit }).click();
  await name.fill("Press 5");
  await page.goBack();
  await question.getByRole("button", { name: en.leave.go }).click();
  await expect(page).toHaveURL(/\/connections\/press$/);
  await expect(page.getByRole("heading", { name: "Press", exact: true })).toBeVisible();
});

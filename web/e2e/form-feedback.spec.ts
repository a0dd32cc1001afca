import type { Page } from "@playwright/test";

import { CONNECTION_BODIES, requestProperties } from "../src/api/request-properties";
import { en } from "../src/i18n/en";
import { faults } from "../src/i18n/en-faults";
import { expectAccessible } from "./support/axe";
import { textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { form } = en;

const press = async (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const panel = (page: Page) => page.getByRole("region", { name: form.test });

/** Values that only the server refuses, by the field that is then marked: every text that it checks. */
const REFUSED: readonly (readonly [label: string, value: string, message: RegExp])[] = [
  [form.name, "a\u200bb", /invisible|character/],
  [form.url, "mqtt://press-4:1883/%zz", /path|character/],
  [form.username, "u".repeat(70_000), /bytes/],
  [form.password, "p".repeat(70_000), /bytes/],
  [form.ca, "no certificate", /be PEM/],
  [form.cert, "no certificate", /be PEM/],
  [form.key, "no key", /be PEM/],
  [form.serverName, "not a name", /not a valid host name/],
  [form.alpn, "a".repeat(300), /must be 1 to 255 bytes/],
  [form.id, "a\u200bb", /invisible|character/],
  [form.clientId, "c".repeat(70_000), /bytes/],
];

test("every field that the server refuses is marked, seen and focused, in closed sections as well", async ({
  page,
  guard,
}) => {
  // Opens the form once per field.
  test.slow();
  guard.allow(/status of 400 .*\/api\/connections/);
  for (const [label, value, message] of REFUSED) {
    await test.step(label, async () => {
      await page.goto("about:blank");
      await page.goto("/new");
      await textField(page, form.url).fill("mqtts://press-4:8883");
      await textField(page, form.username).fill("haltere");
      const field = textField(page, label).or(page.getByLabel(label, { exact: true }));
      for (const section of [form.clientCertificate, form.handshake, form.advanced]) {
        if (await field.isHidden()) await press(page, section);
      }
      await field.fill(value);
      // Everything is closed again, and hidden without TLS.
      for (const section of [form.clientCertificate, form.handshake, form.advanced]) {
        const button = page.getByRole("button", { name: section, exact: true });
        if (await button.and(page.locator("[aria-expanded=true]")).isVisible()) await button.click();
      }
      if (label !== form.url) await textField(page, form.url).fill("mqtt://press-4:1883");
      await press(page, en.save);
      await expect(field).toBeFocused();
      await expect(field).toBeInViewport();
      await expect(page.locator("form").getByText(message).first()).toBeInViewport();
      await expect(page.getByRole("alert")).toHaveCount(0);

      // Editing the field removes the error, and the field stays.
      await field.press("End");
      await field.press("x");
      await expect(field).toBeFocused();
      await expect(field).not.toHaveAttribute("aria-invalid", "true");
    });
  }
});

for (const body of CONNECTION_BODIES) {
  test(`every refusal of ${body} is seen and focused, at its field or above the form`, async ({
    page,
    admin,
    guard,
  }) => {
    // A form per property.
    test.slow();
    guard.allow(/status of 400 /);
    const isPatch = body.endsWith("Patch");
    const isTest = body.includes("Test");
    await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
    await page.goto(isPatch ? "/connections/press/edit" : "/new");
    // The form as it is mostly used: all sections are closed, and nothing of TLS is there.
    const fill = async () => {
      if (isPatch) return;
      await textField(page, form.url).fill(UNREACHABLE_URL);
      await textField(page, form.name).fill("Oven");
    };
    const reopen = async () => {
      await page.getByRole("link", { name: en.nav.fleet }).click();
      if (!isPatch) await press(page, en.leave.go);
      await expect(page.getByRole("heading", { name: en.nav.fleet })).toBeVisible();
      await page.goBack();
    };
    let refused = "";
    await page.route(isTest ? /\/api\/connection-test/ : /\/api\/connections(\/press)?\?/, async (route) => {
      if (route.request().method() === "GET") return route.continue();
      const json = { code: "INVALID", message: `${refused}: does not suit` };
      return route.fulfill({ status: 400, json });
    });
    for (refused of [...requestProperties(body), "body", "somethingNew.inside"]) {
      await test.step(refused, async () => {
        await fill();
        await press(page, isTest ? form.test : en.save);
        const message = page.getByText("does not suit");
        await expect(message).toBeInViewport();
        await expect(message).toHaveCount(1);
        // The focus is in the field, or on the alert.
        const focused = page.locator("[data-field], [role=alert]").filter({ has: page.locator(":focus") });
        await expect(focused.or(page.locator("[role=alert]:focus"))).toContainText("does not suit");
        await reopen();
      });
    }
  });
}

test("a key of another certificate is refused at its field, by a test and by saving", async ({ page, guard, pki }) => {
  guard.allow(/status of 400 .*\/api\/connection/);
  await page.goto("/new");
  await textField(page, form.url).fill("mqtts://press-4:8883");
  await press(page, form.clientCertificate);
  await page.getByLabel(form.cert, { exact: true }).fill(pki.client.cert);
  await page.getByLabel(form.key, { exact: true }).fill(pki.server.key);
  for (const button of [en.save, form.test]) {
    await press(page, button);
    await expect(page.getByText(faults.otherKey)).toBeInViewport();
    await expect(page.getByRole("button", { name: `${form.chooseFile}: ${form.key}` })).toBeFocused();
  }
});

test("an error without a field is shown, and gone after a change", async ({ page, admin, guard }) => {
  guard.allow(/status of 403 .*\/api\/connections/);
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto("/new");
  await textField(page, form.url).fill(UNREACHABLE_URL);
  await textField(page, form.name).fill("Press");
  await press(page, en.save);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("already exists");
  await expect(alert).toBeInViewport();
  await expect(alert).toBeFocused();
  await textField(page, form.name).fill("Press 2");
  await expect(alert).toHaveCount(0);
});

for (const [where, width, height] of [
  ["next to the form on a desktop", 1280, 800],
  ["above the buttons on a phone", 360, 640],
] as const) {
  test(`a test shows its result ${where}`, async ({ page, broker }) => {
    await page.setViewportSize({ width, height });
    await page.goto("/new");
    await textField(page, form.url).fill(broker.url);
    const button = page.getByRole("button", { name: form.test, exact: true });
    await button.click();
    await expect(panel(page).getByText(form.works)).toBeInViewport();
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
    if (width > 1100) await expect(button).toBeFocused();
    await expectAccessible(page, `form with a result ${where}`);

    // A result does not outlive what it was about. The name is not part of it.
    await textField(page, form.name).fill("Press");
    await expect(panel(page).getByText(form.outdated)).toBeHidden();
    await textField(page, form.url).fill("mqtt://another.invalid:1883");
    await expect(panel(page).getByText(form.outdated)).toBeVisible();
    await expectAccessible(page, `form with an outdated result ${where}`);
  });
}

test("a test that fails late leaves no stage running", async ({ page, pki, startBroker }) => {
  const broker = await startBroker({ tls: { pki, wantsClientCertificate: true } });
  await page.goto("/new");
  await textField(page, form.url).fill(broker.url);
  await page.getByLabel(form.ca, { exact: true }).fill(pki.ca.cert);
  await press(page, form.test);
  await expect(panel(page)).toContainText("CERTIFICATE_REQUIRED");
  await expect(panel(page).getByLabel(en.loading)).toHaveCount(0);
  const stages = await panel(page).getByRole("listitem").locator("strong").allTextContents();
  expect(stages.at(-1)).toBe(en.stageNames.tls);
});

test("the URL comes first and names the connection; a bare host is completed", async ({ page }) => {
  await page.goto("/new");
  const url = textField(page, form.url);
  await expect(url).toBeFocused();
  await url.fill("broker.example");
  // A test of it says what is missing.
  await press(page, form.test);
  await expect(url).toHaveAccessibleDescription(new RegExp(form.urlFaults.scheme));
  await expect(url).toBeFocused();
  await press(page, "mqtts://broker.example:8883");
  await expect(url).toHaveValue("mqtts://broker.example:8883");
  await expect(url).not.toHaveAttribute("aria-invalid", "true");
  await expect(textField(page, form.name)).toHaveValue("broker.example");
  // A name of the user's own stays.
  await textField(page, form.name).fill("Press");
  await url.fill("mqtts://other.example:8883");
  await expect(textField(page, form.name)).toHaveValue("Press");
});

test("the password's field says what is stored", async ({ page, admin, haltere, guard }) => {
  // The open form may still see the change.
  guard.allow(/status of 412 .*\/api\/connections\/press\?/);
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await admin.create({
    id: "oven",
    name: "Oven",
    url: UNREACHABLE_URL,
    credentials: { username: "haltere", password: "stored" },
  });
  const placeholder = async (id: string, text: string) => {
    await page.goto(`${haltere.url}/connections/${id}/edit`);
    await expect(page.getByLabel(form.password, { exact: true })).toHaveAttribute("placeholder", text);
  };
  await placeholder("press", form.storedPassword.none);
  await admin.ask("PATCH", "/api/connections/press", { credentials: { username: "haltere" } });
  await placeholder("press", form.storedPassword.none);
  await placeholder("oven", form.storedPassword.unchanged);
  await page.goto("about:blank");
  await haltere.stop();
  await haltere.damage("oven");
  await haltere.start();
  await placeholder("oven", form.storedPassword.unreadable);
});

test("a connection deleted while it is edited keeps its form, and can be created again", async ({
  page,
  admin,
  pki,
}) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, ca: pki.ca.cert });
  await page.goto("/connections/press/edit");
  await textField(page, form.name).fill("Press 5");
  await admin.delete("press");
  await expect(page.getByRole("alert")).toContainText(form.deletedTitle);
  await expect(textField(page, form.name)).toHaveValue("Press 5");
  await expectAccessible(page, "form of a deleted connection");
  await press(page, form.createAgain);
  await expect(page.getByText(form.savedButDown)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Press 5" })).toBeVisible();
  const created = await admin.connection("press");
  expect(created).toMatchObject({ name: "Press 5", url: UNREACHABLE_URL });
  expect(Buffer.from(created.ca?.data ?? "", "base64").toString()).toBe(pki.ca.cert);
});

test("nothing can be typed while a connection is being saved, as it would be lost", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press/edit");
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/api\/connections\/press\?/, async (route) => {
    if (route.request().method() === "PATCH") await held;
    await route.continue();
  });
  const name = textField(page, form.name);
  await name.fill("Press 5");
  await name.press("Enter");
  await expect(page.getByRole("button", { name: en.save })).toHaveAttribute("aria-busy", "true");
  // The focus stays; so keys are no shortcuts, either.
  await expect(name).toBeFocused();
  await page.keyboard.type(" and more");
  await expect(name).toHaveValue("Press 5");
  const label = textField(page, en.labels.add);
  await label.focus();
  await page.keyboard.type("site=graz");
  await expect(label).toHaveValue("");
  release();
  await expect(page.getByRole("heading", { level: 1, name: "Press 5" })).toBeVisible();
  expect((await admin.connection("press")).name).toBe("Press 5");
});

test("a label that is being typed is part of what Ctrl Enter saves", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press/edit");
  const label = textField(page, en.labels.add);
  await label.focus();
  await page.keyboard.type("site=graz");
  await label.press("Control+Enter");
  await expect(page.getByRole("button", { name: en.save })).toBeHidden();
  expect((await admin.connection("press")).labels).toEqual({ site: "graz" });
});

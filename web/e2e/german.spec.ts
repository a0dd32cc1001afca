import type { Locator } from "@playwright/test";

import type { Connection, ImportFault, ImportReport } from "../src/api/schema";
import { de } from "../src/i18n/de";
import { activityMessages } from "../src/i18n/de-activity";
import type { Api } from "./support/api";
import { textField } from "./support/locators";
import { freePort } from "./support/ports";
import { startTcpServer } from "./support/tcp-server";
import { expect, test } from "./support/test";

test.use({ locale: "de-DE" });

/** What the server says in English about connections: messages and advice, without what is the same everywhere. */
function english(data: unknown): string[] {
  const { error, advice = [] } = data as { error?: { message: string }; advice?: string[] };
  return [...(error ? [error.message] : []), ...advice];
}

/** Expects neither a text in English, nor one that the server has sent. */
async function expectNoEnglish(part: Locator, sentences: readonly string[], where: string): Promise<void> {
  await expect(part.locator("[lang=en]"), where).toHaveCount(0);
  const shown = await part.innerText();
  // Values and commands are the same in all languages, so a part of a sentence counts.
  const parts = sentences.flatMap((sentence) => sentence.replaceAll(/`[^`]*`/g, "\n").split(/[\n:;,.(]/));
  const words = parts.map((each) => each.trim()).filter((each) => each.split(" ").length > 3);
  expect
    .soft(
      words.filter((each) => shown.includes(each)),
      where,
    )
    .toEqual([]);
}

/** What the server says to a file in English, and the faults of its entries. */
async function plan(admin: Api, file: unknown): Promise<{ texts: string[]; faults: ImportFault[] }> {
  const report = (await admin.ask("POST", "/api/connection-import?dryRun=true", file)) as ImportReport;
  const texts = report.entries.flatMap(({ reason, faults = [], notes = [] }) => [reason ?? "", ...faults, ...notes]);
  return { texts, faults: report.entries.flatMap(({ faultKeys = [] }) => faultKeys) };
}

test("failures and advice are in German wherever they are shown", async ({ page, admin, pki, silent, startBroker }) => {
  // Opens three pages per failure.
  test.slow();
  const [plain, locked, privateCa, wantsCertificate, http, mail, binary] = await Promise.all([
    startBroker(),
    startBroker({ user: { name: "press", password: "right" } }),
    startBroker({ tls: { pki, chain: true } }),
    startBroker({ tls: { pki, wantsClientCertificate: true } }),
    startTcpServer((socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))),
    startTcpServer((socket) => socket.on("data", () => socket.end("220 mail.example ESMTP\r\n"))),
    // A SUBSCRIBE after the CONNACK.
    startTcpServer((socket) => socket.on("data", () => socket.end(Buffer.from("200200008200", "hex")))),
  ]);
  const ca = pki.ca.cert;
  const failing = {
    refused: { url: "mqtt://127.0.0.1:3" },
    nowhere: { url: "mqtt://nowhere.invalid" },
    silent: { url: silent },
    anonymous: { url: locked.url },
    "wrong-password": { url: locked.url, credentials: { username: "press", password: "wrong" } },
    "private-ca": { url: privateCa.url },
    "other-ca": { url: privateCa.url, ca: pki.client.cert },
    "no-certificate": { url: wantsCertificate.url, ca },
    "wrong-name": { url: privateCa.url, ca, tls: { serverName: "other.example" } },
    "no-tls": { url: plain.url.replace("mqtt:", "mqtts:") },
    "no-websocket": { url: plain.url.replace("mqtt:", "ws:") },
    http: { url: http.url },
    mail: { url: mail.url },
    "mail-by-websocket": { url: mail.url.replace("mqtt:", "ws:") },
    "no-answer": { url: silent.replace("mqtt:", "mqtts:") },
    metadata: { url: "mqtt://169.254.169.254" },
    subscribes: { url: binary.url },
  };
  await admin.load(Object.entries(failing).map(([id, settings]) => ({ id, name: id, ...settings })));
  const failed = async () => (await admin.connections()).filter(({ status }) => status?.error);
  await expect.poll(async () => (await failed()).length, { timeout: 30_000 }).toBe(Object.keys(failing).length);
  const connections: Connection[] = await failed();
  const messages = connections.flatMap(({ status }) => english(status));
  expect(new Set(connections.map(({ status }) => status?.error?.reason?.key)).size).toBeGreaterThan(8);

  await page.goto("/");
  const main = page.getByRole("main");
  await expect(main.getByRole("link", { name: "anonymous" }).first()).toBeVisible();
  await expect(main).toContainText(de.fleet.failuresTitle);
  await expectNoEnglish(main, messages, "fleet");

  for (const { id } of connections) {
    const advice = english(await admin.ask("GET", `/api/connections/${id}/advice`));
    await page.goto(`/connections/${id}`);
    await expect(main).toContainText(de.states.down);
    await expectNoEnglish(main, [...messages, ...advice], id);
    await page.goto(`/connections/${id}/history`);
    await expect(main.getByRole("list", { name: de.timeline.changes })).toBeVisible();
    await expectNoEnglish(main, messages, `history of ${id}`);
  }

  for (const url of [failing.refused.url, failing.anonymous.url, failing["private-ca"].url]) {
    const tested = english(await admin.ask("POST", "/api/connection-test", { url }));
    await page.goto("/new");
    await textField(page, de.form.url).fill(url);
    await page.getByRole("button", { name: de.form.test }).click();
    const panel = page.getByRole("region", { name: de.form.test });
    await expect(panel.locator("code").first()).toBeVisible();
    await expectNoEnglish(panel, tested, `test of ${url}`);
    await textField(page, de.form.url).fill("");
  }
});

test("why a stored connection can't be read is said in German", async ({ page, admin, haltere, broker }) => {
  const credentials = { username: "press", password: "lost in the dark" };
  await admin.create({ id: "press", name: "Press", url: broker.url, credentials });
  await haltere.stop();
  await haltere.damage("press");
  await haltere.start();
  const api = await haltere.login();
  const advice = english(await api.ask("GET", "/api/connections/press/advice"));
  expect(advice.join()).toContain("credentials.password: the secret at");
  await page.goto(`${haltere.url}/connections/press`);
  const main = page.getByRole("main");
  await expect(main).toContainText(de.stateDescriptions.unreadable);
  await expect(main).toContainText(`„${de.fieldNames["credentials.password"]}“: Der gespeicherte Wert hat`);
  await expectNoEnglish(main, advice, "connection that can't be read");
});

test("a broker that was reached before is said to have been connected", async ({ page, admin, broker }) => {
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await broker.stop();
  await page.goto("/connections/press");
  const main = page.getByRole("main");
  await expect(main).toContainText("ECONNREFUSED");
  await expect(main).toContainText(/War verbunden bis \d\d\.\d\d\.\d{4}, \d\d:\d\d:\d\d/);
  await expect(main).not.toContainText("Mosquitto 2 ohne Listener");
  await expect(main.locator("time").filter({ hasText: "War verbunden" })).toHaveAttribute(
    "title",
    /^[-\d]+ [:\d]+ UTC$/,
  );
});

test("an import with errors is in German", async ({ page, admin, broker, guard }) => {
  guard.allow(/status of 400 .*\/api\/connection-import/);
  await admin.create({ id: "press", name: "Press", url: broker.url });
  const pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2Vw\n-----END PUBLIC KEY-----\n";
  const entries = [
    { id: "press", name: "Press", url: broker.url },
    { id: "oven", name: "Press", url: broker.url },
    { id: "belt", name: "Belt", url: broker.url, caFile: "/etc/ca.crt", cluster: "x" },
    { id: "saw", name: "Saw", url: "mqtt://user:secret@saw.example/path" },
    { id: "mill", name: "Mill", url: "mqtt://a/b@host" },
    { id: "..", name: 7, url: "mqtt://h:70000", rejectUnauthorized: "yes", colour: 1 },
    { name: "Lathe", url: "mqtt://lathe", cert: pem, credentials: { clientId: "lathe" }, tls: { alpn: "x" } },
    { id: "belt", name: "Belt", url: "mqtt://belt", key: "no key" },
    "text",
  ];
  const { faults, texts } = await plan(admin, entries);
  expect(faults.filter(({ fault }) => !fault)).toEqual([]);
  expect(texts.length).toBeGreaterThan(12);
  await page.goto("/transfer");
  const card = page.getByRole("region", { name: de.transfer.importTitle, exact: true });
  const check = async (file: string) => {
    await textField(page, de.transfer.paste).fill(file);
    await card.getByRole("button", { name: de.transfer.check }).click();
  };
  for (const file of ["{}", "7", "[", '{"format": "x", "connections": []}', '{"connections": 1}']) {
    await check(file);
    const alert = card.getByRole("alert");
    await expect(alert, file).toContainText(/Fehlt|Muss|JSON/);
    await expect(alert, file).not.toContainText(/\b(must|missing|malformed|Server)\b/);
  }
  await check(JSON.stringify(entries));
  await expect(card).toContainText(de.transfer.planStatus.refused(6));
  for (const outcome of ["refuse", "skip", "create"] as const) {
    await card.getByRole("button", { name: de.transfer.outcomes[outcome] }).click();
    await expect(card.getByRole("listitem").filter({ hasText: de.transfer.outcomes[outcome] }).first()).toBeVisible();
    await expectNoEnglish(card, texts, outcome);
  }
  await card.getByRole("button", { name: de.transfer.importGood(2) }).click();
  await expect(card).toContainText(de.transfer.leftOutCount(6));
  await expectNoEnglish(card, texts, "result");
});

test("keys are named as German keyboards label them", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: `${de.nav.commands}: ${de.commands.open} Strg K` })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("Strg");
  await expect(page.getByRole("dialog")).not.toContainText("Ctrl");
});

test("an undo that fails says why in German", async ({ page, admin, broker, guard }) => {
  guard.allow(/status of 400 .*\/api\/connections/);
  await admin.create({ id: "press", name: "Press", url: broker.url, credentials: { clientId: "one" } });
  await page.goto("/connections/press/edit");
  await textField(page, de.form.clientId).fill("two");
  await page.getByRole("button", { name: de.save, exact: true }).click();
  const undo = page.getByRole("button", { name: de.undo });
  await expect(undo).toBeVisible();
  await admin.create({ id: "oven", name: "Oven", url: broker.url, credentials: { clientId: "one" } });
  await undo.click();
  const alert = page.getByRole("alert").filter({ hasText: "Oven" }).first();
  await expect(alert).toContainText("MQTT-Client-Kennung: Die Verbindung Oven (Kennung oven) hat diese Client-Kennung");
});

test("what users did is in German", async ({ page, admin, haltere, guard }) => {
  guard.allow(/status of 401 /);
  await admin.load([{ id: "press", name: "Press", url: "mqtt://127.0.0.1:3" }]);
  await admin.ask("GET", "/api/connection-export");
  await admin.ask("PUT", "/api/plugins/tls", { enabled: false });
  await expect(haltere.login("admin", "wrong password")).rejects.toThrow("401");
  await page.goto("/activity");
  const list = page.getByRole("list", { name: activityMessages.activity.list });
  await expect(list).toContainText("Benutzername oder Passwort falsch");
  await expect(list).toContainText("ausgeschaltet");
  await expect(list).toContainText("Anzahl: 1, ohne Geheimnisse");
  await expect(list).toContainText("eine Liste von Verbindungen: 1 angelegt, 0 übersprungen");
  await haltere.addUser("nina", "connectionManager");
  await admin.ask("PATCH", "/api/connections/press", { credentials: { username: "u", password: "p" } });
  await page.reload();
  await expect(list).toContainText("Benutzername, Passwort");
  await expect(list).toContainText("von haltere oder seiner Befehlszeile · Verbindungsverwalter");
});

test.describe("after a restart", () => {
  // haltere has to restart on the same port.
  test.use({ settings: async ({}, provide) => provide({ HALTERE_LISTEN: `127.0.0.1:${await freePort()}` }) });

  test("the history from before is in German", async ({ page, haltere, admin, pki, startBroker }) => {
    const broker = await startBroker({ tls: { pki } });
    await admin.load([{ id: "press", name: "Press", url: broker.url }]);
    const status = async () => (await admin.connections())[0]?.status;
    await expect.poll(async () => (await status())?.error?.notes).toHaveLength(1);
    const messages = english(await status());
    await haltere.stop();
    await haltere.start();
    await page.goto("/connections/press/history");
    const changes = page.getByRole("main").getByRole("list", { name: de.timeline.changes });
    const failed = changes.getByRole("listitem").filter({ hasText: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    await expect(changes).toContainText(de.connection.notRunning);
    await expect(failed.last()).toContainText(de.reasons.unknownCa);
    await expect(failed.last()).toContainText(de.notes.giveCa);
    await expectNoEnglish(changes, messages, "history");
  });
});

/** Values that only the server refuses, by their fields. */
const REFUSED: readonly (readonly [label: string, value: string])[] = [
  [de.form.name, "a\u200bb"],
  [de.form.url, "mqtts://press-4:8883/path"],
  [de.form.username, "u".repeat(70_000)],
  [de.form.password, "p".repeat(70_000)],
  [de.form.ca, "no certificate"],
  [de.form.cert, "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2Vw\n-----END PUBLIC KEY-----\n"],
  [de.form.key, "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"],
  [de.form.serverName, "127.0.0.1"],
  [de.form.alpn, "mqtt mqtt"],
  [de.form.id, ".."],
  [de.form.clientId, "c".repeat(70_000)],
];

test("what the server refuses is said in German at the field", async ({ page, guard }) => {
  // Opens the form once per field.
  test.slow();
  guard.allow(/status of 400 .*\/api\/connections/);
  for (const [label, value] of REFUSED) {
    await test.step(label, async () => {
      await page.goto("about:blank");
      await page.goto("/new");
      await textField(page, de.form.url).fill("mqtts://press-4:8883");
      await textField(page, de.form.username).fill("haltere");
      const field = textField(page, label).or(page.getByLabel(label, { exact: true }));
      for (const section of [de.form.clientCertificate, de.form.handshake, de.form.advanced]) {
        if (await field.isHidden()) await page.getByRole("button", { name: section, exact: true }).click();
      }
      await field.fill(value);
      const [response] = await Promise.all([
        page.waitForResponse((each) => each.request().method() === "POST"),
        page.getByRole("button", { name: de.save, exact: true }).click(),
      ]);
      const { message, fault } = (await response.json()) as { message: string; fault?: { key: string } };
      expect(fault, message).toBeDefined();
      await expect(page.locator("[data-field]").filter({ has: page.locator(":focus") })).toBeVisible();
      await expect(page.locator("form")).not.toContainText(message.replace(/^[\w.]+: /, ""));
    });
  }
});

/** Words that no German text has. */
const ENGLISH = /\b(the|is|are|of|and|with|this|too|not|been|has|by|at)\b/i;

test.describe("limits", () => {
  test.use({
    settings: { HALTERE_LIMITS_AUDITED_ACTIONS_PER_HOUR: "100", HALTERE_LIMITS_FAILED_LOGINS_PER_USER: "2" },
  });

  test("a limit that is reached is reported in German", async ({ page, admin, guard, openWindow, haltere }) => {
    guard.allow(/status of (401|429) /);
    await admin.load(["press", "oven"].map((id) => ({ id, name: id, url: "mqtt://127.0.0.1:3" })));
    const main = page.getByRole("main");
    const alert = page.getByRole("alert").filter({ hasText: de.offline.busy });
    await page.goto("/connections/press/edit");
    await textField(page, de.form.name).fill("Presse");
    const change = async (_: unknown, n: number) => admin.ask("PATCH", "/api/connections/oven", { name: `Oven ${n}` });
    const changes = await Promise.allSettled(Array.from({ length: 101 }, change));
    expect(changes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    await page.getByRole("button", { name: de.save, exact: true }).click();
    await expect(alert).toContainText(de.offline.limits["audited_actions"] ?? "");
    await expect(main).not.toContainText(ENGLISH);

    // So is one that a click reaches, in a notification.
    await page.goto("/connections/press");
    await page.getByRole("button", { name: de.more }).click();
    await page.getByRole("menuitem", { name: de.connection.disconnect }).click();
    await expect(alert).toContainText(de.offline.limits["audited_actions"] ?? "");
    await expect(alert).not.toContainText(ENGLISH);

    const loggedOut = await openWindow("");
    await loggedOut.goto(`${haltere.url}/`);
    for (let n = 0; n < 3; n += 1) {
      await textField(loggedOut, de.login.username).fill("nina");
      await loggedOut.getByLabel(de.login.password, { exact: true }).fill("wrong password");
      const answered = loggedOut.waitForResponse((response) => response.request().method() === "POST");
      await loggedOut.getByRole("button", { name: de.login.submit }).click();
      await answered;
    }
    await expect(loggedOut.getByRole("alert")).toContainText(/\d+ (s|min)/);
    await expect(loggedOut.locator("body")).not.toContainText(ENGLISH);
  });
});

test("a conflict with another user's edit is in German", async ({ page, admin, haltere, pki, guard }) => {
  guard.allow(/status of 412 .*\/api\/connections\/press/);
  await admin.create({
    id: "press",
    name: "Press",
    url: "mqtts://127.0.0.1:3",
    ca: pki.ca.cert,
    labels: { site: "graz" },
  });
  // Attempts to connect would move the form while it is being clicked.
  await admin.ask("POST", "/api/connections/press/disconnect");
  await haltere.addUser("nina", "connectionManager");
  const nina = await haltere.login("nina");
  await page.goto("/connections/press/edit");
  await textField(page, de.form.name).fill("Presse 5");
  await nina.ask("PATCH", "/api/connections/press", {
    name: "Presse 6",
    url: "mqtts://127.0.0.1:4",
    ca: null,
    rejectUnauthorized: false,
    labels: { site: "linz" },
    credentials: { username: "nina", password: "secret" },
  });
  const conflict = page.getByRole("alert").filter({ has: page.getByRole("button", { name: de.merge.take }) });
  await expect(conflict).toContainText("nina");
  await page.getByRole("button", { name: de.save, exact: true }).click();
  await expect(conflict).toContainText(`${de.errors.nothingSaved} ${de.merge.choose}`);
  await expect(conflict).not.toContainText(ENGLISH);
  await expect(page.getByRole("main")).not.toContainText(ENGLISH);
  await conflict.getByRole("button", { name: de.merge.take }).click();
  await page.getByRole("button", { name: de.save, exact: true }).click();
  await expect(page.getByText(de.outcome.saved("Presse 5"))).toBeVisible();

  // Deleted in the meantime: the form stays.
  await page.goto("/connections/press/edit");
  await textField(page, de.form.name).fill("Presse 7");
  await nina.ask("DELETE", "/api/connections/press");
  await expect(page.getByRole("button", { name: de.form.createAgain })).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(ENGLISH);
});

test("what is wrong with the storage is in German", async ({ page, admin, guard }) => {
  guard.allow(/status of 503 .*\/readyz/, /status of 500 .*\/api\/connections/);
  await admin.create({ id: "press", name: "Press", url: "mqtt://127.0.0.1:3" });
  let reason = "";
  // As the server answers on a file system that fails; a test can't make each of them.
  await page.route("**/readyz", async (route) => route.fulfill({ status: 503, json: { reasons: [reason] } }));
  await page.route("**/disconnect", async (route) =>
    route.fulfill({
      status: 500,
      json: { code: "INTERNAL", message: "An internal server error occurred", reason },
    }),
  );
  for (const [name, { title, how }] of Object.entries(de.storage.reasons)) {
    await test.step(name, async () => {
      reason = name;
      await page.goto("about:blank");
      await page.goto("/connections/press");
      const banner = page.getByRole("status").filter({ hasText: title });
      await expect(banner).toContainText(how);
      await page.getByRole("button", { name: de.more }).click();
      await page.getByRole("menuitem", { name: de.connection.disconnect }).click();
      const alert = page.getByRole("alert").filter({ hasText: title });
      await expect(alert).toContainText(de.storage.effect);
      await expect(banner.or(alert).filter({ hasText: ENGLISH })).toHaveCount(0);
    });
  }
});

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import type { Connection, ConnectionExport } from "../src/api/schema";
import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { connectionItems } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { transfer } = en;

/** A config.json of the management center for Mosquitto, with its peculiarities. */
function config(url: string): object {
  const status = { connected: false, timestamp: 1_600_000_000_000 };
  return {
    connections: [
      { id: "press", name: "Press", url, credentials: { username: "", password: "" }, status },
      { id: "oven", name: "Oven", url: UNREACHABLE_URL, rejectUnauthorized: "true", status },
      { name: "Belt", url: ` ${url} `, caFile: "/etc/ca.crt", status },
      { id: "store", name: "Store", url, status },
    ],
    tools: { streamsheets: { instances: [] } },
    plugins: [{ id: "tls" }],
  };
}

async function give(page: Page, content: object): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: en.form.chooseFile }).click();
  await (
    await chooser
  ).setFiles({ name: "config.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(content)) });
}

async function openActivity(page: Page): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name: en.nav.activity }).click();
  await expect(page.getByRole("heading", { level: 1, name: en.nav.activity })).toBeVisible();
}

test("a config.json of MMC is checked first, then imported", async ({ page, admin, broker }) => {
  await admin.create({ id: "store", name: "Store", url: UNREACHABLE_URL });
  await page.goto("/");
  await page.getByRole("button", { name: en.fleet.otherWays }).click();
  await page.getByRole("menuitem", { name: transfer.title }).click();
  const card = page.getByRole("region", { name: transfer.importTitle, exact: true });
  await give(page, config(broker.url));

  await expect(card).toContainText(transfer.planStatus.ready(3));
  await expect(card).toContainText(transfer.sources["mmc"] ?? "");
  await expect(card).toContainText("tools");
  const entries = card.getByRole("region", { name: transfer.entries }).getByRole("listitem");
  await expect(entries.filter({ hasText: "Store" }).filter({ hasText: transfer.outcomes.skip })).toHaveCount(1);
  await expect(entries.filter({ hasText: "Belt" })).toContainText("caFile");
  // The check stores nothing.
  expect(await admin.connections()).toHaveLength(1);

  await card.getByRole("button", { name: transfer.import(3) }).click();
  await expect(card).toContainText(`${transfer.imported(3)} ${transfer.skipped(1)}`);
  const links = card.getByRole("status");
  await expect(links.getByText(`2 ${en.states.online}`)).toBeVisible();
  await expect(links.getByText(`1 ${en.states.down}`)).toBeVisible();
  await card.getByRole("link", { name: en.errors.toFleet }).click();
  await expect(connectionItems(page)).toHaveCount(4);
  expect((await admin.connection("store")).url).toBe(UNREACHABLE_URL);
});

test("a file with errors is refused as a whole, each error is named, and the text can be corrected", async ({
  page,
  admin,
  guard,
}) => {
  guard.allow(/status of 400 .*\/api\/connection-import/);
  await page.goto("/administration/transfer");
  const card = page.getByRole("region", { name: transfer.importTitle, exact: true });
  const text = card.getByRole("textbox", { name: transfer.paste });
  await text.fill("{ nonsense");
  await card.getByRole("button", { name: transfer.check }).click();
  await expect(card.getByRole("alert")).toContainText(transfer.notRead);

  const bad = [
    { name: "Press", url: "mqtt://press:70000" },
    { name: "Oven", url: UNREACHABLE_URL },
  ];
  await text.fill(JSON.stringify(bad));
  await card.getByRole("button", { name: transfer.check }).click();
  await expect(card).toContainText(transfer.planStatus.refused(1));
  await expect(card.getByRole("region", { name: transfer.entries })).toContainText("Port 70000 is out of range");
  await expect(card.getByRole("button", { name: transfer.import(1) })).toBeHidden();

  await card.getByRole("button", { name: transfer.change }).click();
  await text.fill(JSON.stringify(bad).replace("70000", "1883"));
  await card.getByRole("button", { name: transfer.check }).click();
  await card.getByRole("button", { name: transfer.import(2) }).click();
  await expect(card).toContainText(transfer.imported(2));
  expect((await admin.connections()).map(({ name }) => name).toSorted()).toEqual(["Oven", "Press"]);
});

test("entries without errors are imported, and the others are listed with their reasons", async ({ page, admin }) => {
  await page.goto("/administration/transfer");
  const card = page.getByRole("region", { name: transfer.importTitle, exact: true });
  await give(page, [
    { id: "press", name: "Press", url: "mqtt://haltere:p%40ss@127.0.0.1:1" },
    { id: "oven", name: "Oven", url: "mqtt://127.0.0.1:1/mqtt" },
    { id: "belt", name: "Belt", url: "mqtt://belt:70000" },
  ]);
  await expect(card).toContainText(`${transfer.planStatus.refused(1)}${transfer.refusedChoice(2)}`);
  await expect(card).toContainText(transfer.credentialsMoved(1));
  await expect(card).toContainText(transfer.pathDropped(1));
  await expect(card).not.toContainText("p@ss");
  await expectAccessible(page, "plan with errors");
  await card.getByRole("button", { name: transfer.importGood(2) }).click();

  await expect(card).toContainText(`${transfer.imported(2)} ${transfer.leftOutCount(1)}`);
  const left = card.getByRole("region", { name: transfer.leftOut, exact: true });
  await expect(left.locator("[data-index]")).toHaveText([/Belt.*Port 70000 is out of range/s]);
  // Positions in the file count from one.
  await expect(left.getByTitle(transfer.position)).toHaveText("3");
  const changed = card.getByRole("region", { name: transfer.changedUrls, exact: true });
  await expect(changed.locator("[data-index]")).toHaveText([/Press/, /Oven/]);
  await expectAccessible(page, "import that left something out");
  expect((await admin.connections()).map(({ id }) => id).toSorted()).toEqual(["oven", "press"]);
  expect((await admin.connection("press")).credentials).toEqual({ username: "haltere", password: "p@ss" });
});

test("an import goes on while another page is open, and its outcome is shown there", async ({ page, admin }) => {
  await page.goto("/administration/transfer");
  await give(page, [{ id: "press", name: "Press", url: UNREACHABLE_URL }]);
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/api\/connection-import$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("button", { name: transfer.import(1) }).click();
  await openActivity(page);
  release();
  await expect(page.getByRole("status").filter({ hasText: transfer.imported(1) })).toBeVisible();
  expect(await admin.connections()).toHaveLength(1);

  // Nothing would be lost any more.
  const asked: string[] = [];
  page.on("dialog", (dialog) => asked.push(dialog.type()));
  await page.reload();
  expect(asked).toEqual([]);
});

test("the browser asks before its window is closed during an import, whatever page is open", async ({ page }) => {
  await page.goto("/administration/transfer");
  await give(page, [{ id: "press", name: "Press", url: UNREACHABLE_URL }]);
  const button = page.getByRole("button", { name: transfer.import(1) });
  await expect(button).toBeVisible();
  // Never answered.
  await page.route(/\/api\/connection-import$/, () => undefined);
  await button.click();
  await openActivity(page);
  const asked = page.waitForEvent("dialog");
  await page.reload();
  expect((await asked).type()).toBe("beforeunload");
});

test("an export has no secrets unless an administrator asks for them", async ({ page, admin }) => {
  const credentials = { username: "haltere", password: "only with secrets" };
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, credentials });
  await page.goto("/administration/transfer");
  const card = page.getByRole("region", { name: transfer.exportTitle, exact: true });
  const download = async (click: () => Promise<void>) => {
    const offered = page.waitForEvent("download");
    await click();
    const file = await offered;
    expect(file.suggestedFilename()).toMatch(/\.json$/);
    return readFileSync(await file.path(), "utf8");
  };

  const without = await download(async () => card.getByRole("button", { name: transfer.download }).click());
  expect(without).not.toContain(credentials.password);
  expect((JSON.parse(without) as ConnectionExport).connections.map(({ id }) => id)).toEqual(["press"]);

  await card.getByRole("switch", { name: transfer.withSecrets }).check();
  await card.getByRole("button", { name: transfer.download }).click();
  const question = page.getByRole("dialog", { name: transfer.secretsTitle });
  await expect(question).toContainText(transfer.secretsAudited("admin"));
  const all = await download(async () => question.getByRole("button", { name: transfer.secretsYes }).click());
  await expect(question).toBeHidden();

  // The import restores everything.
  await admin.delete("press");
  await give(page, JSON.parse(all) as object);
  await page.getByRole("button", { name: transfer.import(1) }).click();
  await expect(page.getByText(transfer.imported(1))).toBeVisible();
  const [back] = (await admin.connections()) as [Connection];
  expect(back).toMatchObject({ id: "press", name: "Press", credentials });
});

test.describe("with a limit", () => {
  test.use({ settings: { HALTERE_CONNECTIONS_MAX: "1" } });

  test("a file that does not fit is not offered for import, and the reason is shown", async ({ page }) => {
    await page.goto("/transfer");
    const card = page.getByRole("region", { name: transfer.importTitle, exact: true });
    await give(page, [
      { name: "Press", url: UNREACHABLE_URL },
      { name: "Oven", url: UNREACHABLE_URL },
    ]);
    await expect(card.getByText(transfer.exceeded)).toBeFocused();
    await expect(card).toContainText("With 2 more there would be 2 connections; the configuration allows 1");
    await expect(card.getByRole("button", { name: transfer.import(2) })).toHaveCount(0);
    await expectAccessible(page, "plan that does not fit");
  });
});

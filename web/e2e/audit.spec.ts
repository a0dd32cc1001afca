import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import type { AuditEntry } from "../src/api/schema";
import { en } from "../src/i18n/en";
import { auditMessages } from "../src/i18n/en-audit";
import { logIn } from "./support/api";
import { expectAccessibleInBothThemes } from "./support/axe";
import { HOSTILE } from "./support/hostile";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { audit } = auditMessages;
const { filter, details } = audit;

const PATH = "/administration/audit";

/** The entries in view, newest first; without the row of titles. */
const entries = (page: Page) => page.getByRole("grid", { name: audit.list }).getByRole("rowheader");

/** How many rows the table has, also those out of view. */
const expectCount = async (page: Page, count: number) =>
  expect(page.getByRole("grid", { name: audit.list })).toHaveAttribute("aria-rowcount", String(count + 1));

const chip = (page: Page, label: string, value: string) =>
  page.getByRole("button", { name: filter.remove(`${label}: `) }).filter({ hasText: value });

test("what users do is listed in sentences, newest first, on demand", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/");
  await page.getByRole("navigation").getByRole("link", { name: en.nav.administration }).click();
  await page.getByRole("navigation", { name: en.nav.administration }).getByRole("link", { name: en.nav.audit }).click();
  await expect(page.getByRole("heading", { level: 1, name: audit.title })).toBeVisible();
  await expect(entries(page).first()).toContainText("admin created the connection Press");
  await expect(entries(page).last()).toContainText("haltere or its command line added the user admin");

  // As from another window.
  await admin.ask("PATCH", "/api/connections/press", { url: "mqtt://127.0.0.1:2" });
  const refresh = page.getByRole("button", { name: audit.refresh });
  await refresh.click();
  await expect(entries(page).first()).toContainText("admin changed the URL of Press");
  const status = page.getByRole("main").getByRole("status");
  await expect(status.filter({ hasText: audit.refreshed(1) })).toBeVisible();
  await refresh.click();
  await expect(status.filter({ hasText: audit.refreshed(0) })).toBeVisible();
  await expect(refresh).toBeFocused();
});

test.describe("with access to the clipboard", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("an entry opens with what changed, without secrets, and leads on", async ({ page, admin }) => {
    await admin.create({
      id: "press",
      name: "Press",
      url: "mqtt://127.0.0.1:1",
      credentials: { username: "haltere", password: "first-secret" },
    });
    await admin.ask("PATCH", "/api/connections/press", {
      url: "mqtt://127.0.0.1:2",
      credentials: { username: "haltere", password: "second-secret" },
    });
    const countOf = async (query: string) => ((await admin.ask("GET", `/api/audit?${query}`)) as AuditEntry[]).length;
    const [newest] = (await admin.ask("GET", "/api/audit?action=connection.update")) as AuditEntry[];
    await page.goto(PATH);
    const link = entries(page).filter({ hasText: "admin changed the URL and the password of Press" }).getByRole("link");
    // By keyboard, from any cell.
    await link.focus();
    await link.press("Enter");
    const panel = page.getByRole("dialog");
    const url = panel.getByRole("term").filter({ hasText: "URL" }).locator("..");
    await expect(url.getByRole("definition")).toHaveText([
      `${details.before}mqtt://127.0.0.1:1`,
      `${details.after}mqtt://127.0.0.1:2`,
    ]);
    await expect(url.locator("del")).toHaveText("1");
    await expect(url.locator("ins")).toHaveText("2");
    await expect(panel).toContainText(details.withheld["changed"] ?? "");
    await expect(page.locator("body")).not.toContainText("secret");
    await expect(panel).toContainText(newest?.chain?.hash ?? "no hash");
    await expectAccessibleInBothThemes(page, "entry of the audit trail");

    await panel.getByRole("button", { name: details.copyRequestId }).click();
    expect(await page.evaluate(async () => navigator.clipboard.readText())).toBe(newest?.requestId);
    // The URL leads to the open entry.
    await page.reload();
    await expect(panel).toContainText(newest?.requestId ?? "no id");
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await link.press("Enter");
    await expect(panel).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await expect(link).toBeFocused();

    await link.click();
    await panel.getByRole("link", { name: details.ofRequest }).click();
    await expect(panel).toBeHidden();
    await expectCount(page, await countOf(`requestId=${newest?.requestId}`));
    await expect(page).toHaveURL(new RegExp(`requestId=${newest?.requestId}`));
    await link.click();
    await panel.getByRole("link", { name: details.aboutObject }).click();
    await expectCount(page, await countOf("objectKind=connection&object=press"));
    await link.click();
    await panel.getByRole("link", { name: "Press", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Press" })).toBeVisible();
    // And back, from the connection.
    await page.getByRole("link", { name: en.connection.history }).click();
    await page.getByRole("link", { name: audit.ofConnection }).click();
    await expect(chip(page, filter.object, "Press")).toBeVisible();
    await expectCount(page, await countOf("objectKind=connection&object=press"));
  });
});

test("each filter narrows, is in the URL, survives a reload and can be removed", async ({ page, admin, haltere }) => {
  await haltere.addUser("ann", "viewer");
  const ann = await haltere.login("ann");
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL });
  await expect(ann.ask("DELETE", "/api/connections/press")).rejects.toThrow("403");
  const [created] = (await admin.ask("GET", "/api/audit?object=press&action=connection.create")) as AuditEntry[];
  const all = (await admin.ask("GET", "/api/audit")) as AuditEntry[];
  await page.goto(PATH);
  await expect(entries(page).first()).toBeVisible();
  await expectCount(page, all.length);

  const field = (label: string) => page.getByRole("search").getByLabel(label, { exact: true });
  const checks: readonly (readonly [label: string, value: string, parameter: string, count: number])[] = [
    [filter.text, "OVEN", "text=OVEN", 1],
    [filter.actor, "ann", "actor=ann", 2],
    [filter.object, "press", "object=press", 2],
    [filter.address, "10.1.2.3", "address=10.1.2.3", 0],
    [filter.requestId, created?.requestId ?? "", "requestId=", 1],
  ];
  await page.getByRole("button", { name: filter.more }).click();
  for (const [label, value, parameter, count] of checks) {
    await test.step(label, async () => {
      await field(label).fill(value);
      await expectCount(page, count);
      await expect(page).toHaveURL((url) => url.search.includes(parameter));
      await page.reload();
      await expectCount(page, count);
      await chip(page, label, value).click();
      await expectCount(page, all.length);
      await expect(page).toHaveURL((url) => url.search === "");
      await page.getByRole("button", { name: filter.more, expanded: false }).click();
      await expect(field(label)).toHaveValue("");
    });
  }
  const choices: readonly (readonly [label: string, option: string, parameter: string, count: number])[] = [
    [filter.outcome, audit.outcomes.denied, "outcome=denied", 1],
    [filter.objectKind, audit.objectKinds.connection, "objectKind=connection", 3],
    [filter.action, en.activity.actions["connection.delete"] ?? "", "action=connection.delete", 1],
    [filter.period, filter.periods.hour, "period=hour", all.length],
  ];
  for (const [label, option, parameter, count] of choices) {
    await test.step(label, async () => {
      await field(label).selectOption(option);
      await expectCount(page, count);
      await expect(page).toHaveURL((url) => url.search === `?${parameter}`);
      await page.reload();
      await expectCount(page, count);
      await chip(page, label, option).click();
      await expectCount(page, all.length);
      if (!(await field(filter.outcome).isVisible())) await page.getByRole("button", { name: filter.more }).click();
    });
  }

  await test.step("several at once", async () => {
    await field(filter.action).selectOption(en.activity.actions["connection.create"] ?? "");
    await field(filter.action).selectOption(en.activity.actions["connection.delete"] ?? "");
    await expectCount(page, 3);
    await field(filter.actor).fill("admin");
    await expectCount(page, 2);
    await page.getByRole("button", { name: filter.none }).click();
    await expectCount(page, all.length);
    await expect(field(filter.text)).toBeFocused();
  });

  await test.step("a range of time", async () => {
    await field(filter.period).selectOption(filter.periods.custom);
    await field(filter.from).fill("2020-01-01T00:00");
    await field(filter.to).fill("2020-01-02T00:00");
    await expectCount(page, 0);
    await expect(page.getByText(audit.none)).toBeVisible();
    await page.reload();
    await expect(field(filter.from)).toHaveValue("2020-01-01T00:00");
    await expectCount(page, 0);
    await field(filter.to).fill("2019-01-02T00:00");
    await expect(field(filter.to)).toHaveAccessibleDescription(filter.endsBeforeItBegins);
  });
});

test("what is wrong with a filter is at its field", async ({ page, guard }) => {
  guard.allow(/status of 400 .*\/api\/audit/);
  await page.goto(`${PATH}?address=nowhere`);
  const address = page.getByRole("search").getByLabel(filter.address, { exact: true });
  await expect(address).toHaveAccessibleDescription(filter.faults["address"] ?? "");
  await expect(page.getByText(filter.refused)).toBeVisible();
  await expect(page.getByRole("button", { name: audit.export })).toBeHidden();
  await expectAccessibleInBothThemes(page, "audit trail with an invalid filter");
  await address.fill("127.0.0.1");
  await expect(entries(page).first()).toContainText("admin logged in");
  await expect(address).toHaveAccessibleDescription("");

  await page.goto(`${PATH}?action=robot.start`);
  await expect(page.getByLabel(filter.action, { exact: true })).toHaveAccessibleDescription(
    filter.faults["action"] ?? "",
  );
  await page.goto(`${PATH}?actor=${"x".repeat(300)}`);
  await expect(page.getByLabel(filter.actor, { exact: true })).toHaveAccessibleDescription("At most 256 characters.");
});

test("an export has exactly what the filter finds", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL });
  for (let n = 0; n < 120; n += 1) await admin.ask("PATCH", "/api/connections/press", { name: `Press ${n}` });
  await page.goto(`${PATH}?objectKind=connection&object=press`);
  await expectCount(page, 100);
  const download = async (format: keyof typeof audit.formats) => {
    await page.getByRole("button", { name: audit.export }).click();
    const started = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: audit.formats[format] }).click();
    const file = await started;
    expect(file.suggestedFilename()).toBe(`haltere-audit.${format}`);
    return readFileSync(await file.path(), "utf8")
      .trimEnd()
      .split(/\r?\n/);
  };
  const lines = (await download("ndjson")).map((line) => JSON.parse(line) as AuditEntry);
  expect(lines).toHaveLength(121);
  expect(new Set(lines.map(({ object }) => object))).toEqual(new Set(["press"]));
  const [title, ...records] = await download("csv");
  expect(title).toContain("sequence,time,actor");
  expect(records.map((record) => Number(record.split(",")[0]))).toEqual(lines.map(({ sequence }) => sequence));
});

test("older entries follow without gaps and doubles, while new ones come", async ({ page, admin }) => {
  test.slow();
  await admin.load(Array.from({ length: 230 }, (_, n) => ({ name: `Press ${n}`, url: UNREACHABLE_URL })));
  await page.goto(`${PATH}?action=connection.create`);
  await expectCount(page, 100);
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL });
  const more = page.getByRole("button", { name: audit.more });
  await more.click();
  await expectCount(page, 200);
  await page.getByRole("button", { name: audit.refresh }).click();
  await expectCount(page, 201);
  await more.click();
  await expectCount(page, 231);
  await expect(more).toBeHidden();
  await expect(page.getByText(audit.end)).toBeFocused();
  const seen = await page.evaluate(async () => {
    const names = new Map<string, string>();
    /** Whether there is a row at the bottom of what the window shows of the list. */
    const isDrawn = () => {
      const end = document.querySelector("[role=grid]")?.getBoundingClientRect().bottom ?? 0;
      const y = Math.min(innerHeight, end) - 2;
      const rows = [...document.querySelectorAll("[role=row]")].map((row) => row.getBoundingClientRect());
      return rows.some(({ top, bottom }) => top <= y && y <= bottom);
    };
    for (let top = 0; ; top += innerHeight / 2) {
      scrollTo(0, top);
      while (!isDrawn()) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const row of document.querySelectorAll("[role=row]:has([role=rowheader])")) {
        names.set(row.getAttribute("aria-rowindex") ?? "", row.querySelector("a")?.textContent ?? "");
      }
      if (scrollY + innerHeight >= document.documentElement.scrollHeight - 1) return [...names.values()];
    }
  });
  expect(seen).toHaveLength(231);
  expect(new Set(seen).size).toBe(231);
});

test("hostile names stay text, also in an open entry", async ({ page, admin, haltere }) => {
  // Every text opens a page.
  test.slow();
  const some = HOSTILE.filter((_, index) => index % 9 === 0);
  await admin.load(some.map((text) => ({ id: text, name: text, url: UNREACHABLE_URL })));
  const users = some.slice(0, 8);
  for (const user of users) expect((await logIn(haltere.url, user, "wrong")).status).toBe(401);
  const wide = () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const made = document.querySelectorAll(
      "img, iframe, object, embed, base, math, body script, main style, [onerror]",
    );
    return { gotIn: "gotIn" in window, made: made.length, isWider: scrollWidth > clientWidth };
  };
  const inert = { gotIn: false, made: 0, isWider: false };
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${PATH}?action=session.login&outcome=denied`);
  for (const user of users)
    await expect(
      entries(page)
        .filter({ hasText: `${user} tried to log in` })
        .first(),
    ).toBeVisible();
  expect(await page.evaluate(wide)).toEqual(inert);
  for (const text of some) {
    await page.goto(`${PATH}?action=connection.create&object=${encodeURIComponent(JSON.stringify(text))}`);
    await entries(page).getByRole("link").click();
    await expect(page.getByRole("dialog").getByRole("link", { name: text, exact: true })).toBeVisible();
    expect.soft(await page.evaluate(wide), text).toEqual(inert);
  }
});

test.describe("a viewer", () => {
  test.use({ loggedInAs: "" });

  test("does not see the page", async ({ page, context, haltere, admin }) => {
    await haltere.addUser("ann", "viewer");
    await haltere.addSession(context, "ann");
    await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
    const requests: string[] = [];
    page.on("request", (request) => request.url().includes("/api/audit") && requests.push(request.url()));
    await page.goto("/connections/press/history");
    await expect(page.getByRole("heading", { level: 1, name: "Press" })).toBeVisible();
    await expect(page.getByRole("link", { name: audit.ofConnection })).toBeHidden();
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("option", { name: en.nav.profile })).toBeVisible();
    await expect(page.getByRole("option", { name: en.nav.audit })).toBeHidden();
    await page.goto(PATH);
    await expect(page.getByRole("heading", { name: audit.noRight })).toBeVisible();
    await expect(page.getByRole("link", { name: en.nav.audit })).toBeHidden();
    expect(requests).toEqual([]);
  });
});

test("the palette opens the page, and / leads to its filter", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill(en.nav.audit);
  await expect(page.getByRole("option", { name: en.nav.audit, exact: true })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: audit.title })).toBeFocused();
  await expect(entries(page).first()).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByLabel(filter.text, { exact: true })).toBeFocused();
});

test("a page of entries without matches is not the end of the list", async ({ page }) => {
  await page.route(/\/api\/audit\?/, async (route) =>
    route.fulfill({ json: [], headers: route.request().url().includes("cursor") ? {} : { "X-Next-Cursor": "older" } }),
  );
  await page.goto(`${PATH}?text=rare`);
  await expect(page.getByText(audit.noneYet)).toBeVisible();
  await page.getByRole("button", { name: audit.more }).click();
  await expect(page.getByText(audit.none)).toBeVisible();
  await expect(page.getByRole("button", { name: audit.more })).toBeHidden();
});

import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { logIn } from "./support/api";
import { makePki } from "./support/certificates";
import { startFakeBroker } from "./support/fake-broker";
import { HOSTILE } from "./support/hostile";
import { connectionItems } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { TempDir } from "./support/temp-dir";
import { test as base, expect } from "./support/test";

/** A fleet of hostile texts: names, ids, versions from brokers and their reasons. */
const test = base.extend<{ fleet: void }>({
  fleet: [
    async ({ admin }, provide) => {
      // A payload need not even be text.
      const says = (text: string, number: number) =>
        number % 2 === 0 ? { version: `${text}\u001b[31m\u0007\u0000\r\n\u0085` } : { refusal: text };
      const brokers = await Promise.all(HOSTILE.map(async (text, number) => startFakeBroker(says(text, number))));
      await admin.load(
        HOSTILE.map((text, number) => ({ id: text, name: text, url: brokers[number]?.url ?? UNREACHABLE_URL })),
      );
      const settled = async () =>
        (await admin.connections()).filter(({ status, broker }) => status?.error ?? broker?.version).length;
      await expect.poll(settled).toBeGreaterThan(HOSTILE.length * 0.95);
      await provide();
      for (const broker of brokers) broker.end();
    },
    { auto: true },
  ],
});

/** Runs in the page: finds traces of a text that was parsed as markup or ran as a script. */
function inspect() {
  const elements = "img, iframe, object, embed, base, math, body script, main style, [onerror], [onload], [onfocus]";
  const made = [...document.querySelectorAll(elements)].map((element) => element.outerHTML.slice(0, 200));
  const links = [...document.querySelectorAll("a[href]")]
    .map((link) => (link as HTMLAnchorElement).href)
    .filter((href) => !href.startsWith(`${location.origin}/`));
  const { scrollWidth, clientWidth } = document.documentElement;
  return { gotIn: "gotIn" in window, made, links, isWider: scrollWidth > clientWidth };
}

const INERT: ReturnType<typeof inspect> = { gotIn: false, made: [], links: [], isWider: false };

/** Fails if a text became more than text; the guard watches the browser's console, too. */
async function expectInert(page: Page, where: string): Promise<void> {
  expect.soft(await page.evaluate(inspect), where).toEqual(INERT);
}

interface Stop {
  readonly path: string;
  /** The exact heading of the page. */
  readonly heading: string;
}

/** Visits pages by client-side navigation and returns what each shows. */
async function tour(page: Page, stops: readonly Stop[]) {
  await page.goto("/administration/about");
  await expect(page.getByRole("main")).toContainText("0.1.0");
  await page.evaluate(`window.inspect = ${inspect}`);
  return page.evaluate(async (stops) => {
    const { inspect } = window as unknown as { inspect: () => object };
    const isThere = (path: string, heading: string) =>
      document.querySelector("h1")?.textContent === heading &&
      /\/edit$|^\/new/.test(path) === (document.querySelector("main form") !== null);
    const arrived = async (path: string, heading: string) => {
      const until = performance.now() + 10_000;
      while (!isThere(path, heading) && performance.now() < until) {
        await new Promise(requestAnimationFrame);
      }
    };
    const seen = [];
    for (const { path, heading } of stops) {
      history.pushState(history.state, "", path);
      dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
      await arrived(path, heading);
      const edit = document.querySelector("main a[href$='/edit']")?.getAttribute("href");
      seen.push({
        heading: document.querySelector("h1")?.textContent,
        edit: edit && decodeURIComponent(edit.slice("/connections/".length, -"/edit".length)),
        field: document.querySelector<HTMLInputElement>('main [data-field="name"] input')?.value,
        found: inspect(),
      });
    }
    return seen;
  }, stops);
}

/** All names in the virtual list, from top to bottom. */
async function names(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const seen = new Set<string>();
    const drawn = async () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    for (let top = 0; ; top += innerHeight / 2) {
      scrollTo(0, top);
      await drawn();
      for (const link of document.querySelectorAll(":is([role=row], [role=listitem]) a[href*='/connections/']")) {
        seen.add(link.textContent);
      }
      if (scrollY + innerHeight >= document.documentElement.scrollHeight - 1) return [...seen];
    }
  });
}

/**
 * Scrolls from top to bottom. Waits for no frame: on a busy machine, headless Chromium now and then draws none any more
 * in the grid, while scripts go on.
 */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight / 2) {
      scrollTo(0, top);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

const at = (id: string) => `/connections/${encodeURIComponent(id)}`;

base("there are at least 200 distinct hostile texts", () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(200);
  expect(new Set(HOSTILE).size).toBe(HOSTILE.length);
});

test("hostile texts stay text in the fleet, its menus and bulk actions", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: en.fleet.title })).toBeVisible();
  expect((await names(page)).toSorted()).toEqual(HOSTILE.toSorted());
  await expectInert(page, "table");

  await page.getByRole("button", { name: en.fleet.choose }).click();
  await expect(page.getByRole("menuitemcheckbox").first()).toBeVisible();
  await expectInert(page, "menu of filters");
  await page.keyboard.press("Escape");
  await page.getByRole("checkbox", { name: en.fleet.selectAll }).check();
  await page.getByRole("button", { name: en.delete, exact: true }).click();
  await expect(page.getByRole("dialog").getByRole("listitem")).toHaveCount(HOSTILE.length);
  await expectInert(page, "bulk action");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.getByRole("button", { name: en.fleet.edit, exact: true }).click();
  await page.getByRole("combobox", { name: en.bulkEdit.scheme }).selectOption("wss");
  await expect(page.getByRole("list", { name: en.bulkEdit.plan }).getByRole("listitem").first()).toBeVisible();
  await expectInert(page, "edit of many");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: en.leave.go }).click();
  await expect(page.getByRole("dialog")).toBeHidden();

  await page.goto("/?view=grid");
  await expect(connectionItems(page).first()).toBeVisible();
  await scrollThrough(page);
  await expectInert(page, "grid");
});

test("hostile texts stay text on a connection's page and in its form, at the URL with that id", async ({ page }) => {
  // Every text opens two pages.
  test.slow();
  const pages = await tour(
    page,
    HOSTILE.map((text) => ({ path: at(text), heading: text })),
  );
  expect(pages).toEqual(HOSTILE.map((text) => expect.objectContaining({ heading: text, edit: text, found: INERT })));
  const forms = await tour(
    page,
    HOSTILE.map((text) => ({ path: `${at(text)}/edit`, heading: text })),
  );
  expect(forms).toEqual(HOSTILE.map((text) => expect.objectContaining({ heading: text, field: text, found: INERT })));
});

test("hostile texts stay text in the form of a duplicate and in an edit conflict", async ({ page, admin, guard }) => {
  // Every text opens a form.
  test.slow();
  guard.allow(/status of 412 /);
  const { duplicate, merge } = en;
  const copies = await tour(
    page,
    HOSTILE.map((text) => ({
      path: `/new?from=${encodeURIComponent(JSON.stringify(text))}`,
      heading: duplicate.title(text),
    })),
  );
  expect(copies).toEqual(
    HOSTILE.map((text) => expect.objectContaining({ heading: duplicate.title(text), found: INERT })),
  );

  const some = HOSTILE.filter((text, index) => index % 12 === 0 && text.trim() === text && text.length < 100);
  const [first = ""] = some;
  await page.goto(`${at(first)}/edit`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(first);
  for (const text of some) {
    // Every name is taken already.
    const name = `${text} 2`;
    await admin.ask("PATCH", `/api${at(first)}`, { name });
    await expect(page.getByRole("group", { name: en.form.name }).locator("bdi").first()).toHaveText(name);
    await expectInert(page, `edit conflict with ${text}`);
    await page.getByRole("button", { name: merge.take }).click();
  }
});

test("a URL with a hostile id opens its connection after a reload", async ({ page }) => {
  const inPaths = HOSTILE.filter((text) => /[%/\\?#]/.test(text) && text.length < 20);
  expect(inPaths.length).toBeGreaterThan(20);
  for (const text of inPaths) {
    await page.goto(at(text));
    await expect(page.getByRole("button", { name: en.more })).toBeVisible();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(text);
  }
});

test("hostile texts can be found in the palette, planned in an import, and deleted by typing them", async ({
  page,
  admin,
}) => {
  const some = HOSTILE.filter((text, index) => index % 12 === 0 && text.trim() === text);
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: en.fleet.title })).toBeVisible();
  for (const text of some) {
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder(en.commands.search).fill(text);
    await expect(page.getByRole("option").first()).toBeVisible();
    await expectInert(page, `palette with ${text}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }

  await page.goto("/administration/transfer");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: en.form.chooseFile }).click();
  const content = {
    connections: HOSTILE.map((text) => ({ id: text, name: text, url: UNREACHABLE_URL, caFile: text })),
    ...Object.fromEntries(HOSTILE.slice(0, 20).map((text) => [text, {}])),
  };
  await (
    await chooser
  ).setFiles({
    name: "<img src=x onerror=window.gotIn=1>.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(content)),
  });
  await expect(page.getByText(en.transfer.planStatus.nothingNew())).toBeVisible();
  await expectInert(page, "plan");

  for (const text of some.slice(0, 6)) {
    await page.goto(at(text));
    await page.getByRole("button", { name: en.more }).click();
    await page.getByRole("menuitem", { name: en.connection.delete }).click();
    const dialog = page.getByRole("dialog", { name: en.connection.deleteTitle });
    await dialog.getByRole("textbox").fill(text);
    await expectInert(page, `delete ${text}`);
    await dialog.getByRole("button", { name: en.delete }).click();
    await expect(page.getByRole("heading", { level: 1, name: en.fleet.title })).toBeVisible();
    await expectInert(page, `notification of ${text}`);
  }
  expect(await admin.connections()).toHaveLength(HOSTILE.length - 6);
});

test("hostile texts stay text in the activity, its groups and filters", async ({ page, haltere }) => {
  const { activity } = en;
  // The names that users try to log in with are in the audit trail as well.
  const users = HOSTILE.filter((_, index) => index % 50 === 0);
  for (const user of users) expect((await logIn(haltere.url, user, "wrong")).status).toBe(401);
  await page.goto("/activity");
  const more = page.getByRole("button", { name: activity.more });
  const list = page.getByRole("list", { name: activity.list });
  for (const user of users) await expect(list).toContainText(activity.by(user));
  await expect(async () => {
    if (await more.isVisible()) await more.click();
    await expect(more).toBeHidden({ timeout: 1_000 });
  }).toPass();
  // New groups come while brokers refuse their links.
  await expect(async () => {
    await list.evaluate((element) => {
      for (const group of element.querySelectorAll<HTMLElement>("[aria-expanded=false]")) group.click();
    });
    expect(await list.getByRole("button", { expanded: false }).count()).toBe(0);
  }).toPass();
  const names = new Set(await list.getByRole("link").allTextContents());
  for (const text of HOSTILE) expect(names).toContain(text);
  await expectInert(page, "activity");

  for (const text of HOSTILE.filter((_, index) => index % 25 === 0)) {
    await page.goto(`/activity?connection=${encodeURIComponent(JSON.stringify(text))}`);
    await expect(list.getByRole("link", { name: text, exact: true }).first()).toBeVisible();
    await page.getByLabel(activity.user).fill(text);
    await expectInert(page, `activity of ${text}`);
  }
});

test.describe("with access to the clipboard", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("a copied diagnosis has the lines that haltere wrote, and no others", async ({ page }) => {
    for (const text of HOSTILE.filter((_, index) => index % 25 === 1)) {
      await page.goto(at(text));
      await page.getByRole("button", { name: en.more }).click();
      await page.getByRole("menuitem", { name: en.diagnosis.copy }).click();
      await expect(page.getByText(en.diagnosis.copied)).toBeVisible();
      const [name, ...lines] = (await page.evaluate(async () => navigator.clipboard.readText())).trimEnd().split("\n");
      expect(name).toBe(text);
      expect(lines.length).toBeGreaterThan(3);
      const labels = [en.connection, en.fleet, en.diagnosis].flatMap((texts) => Object.values<unknown>(texts));
      for (const line of lines) expect(labels).toContain(line.trimStart().split(": ")[0]);
      await expectInert(page, `diagnosis of ${text}`);
    }
  });
});

test("hostile texts stay text in a CA's name and in the list of those who present it", async ({
  page,
  admin,
  startBroker,
}) => {
  const { certificates, trustAll } = en;
  const folder = new TempDir();
  const ca = `"><img src=x onerror=window.gotIn=1>`;
  const broker = await startBroker({ tls: { pki: await makePki(folder, 90, ca), chain: true } });
  const some = HOSTILE.filter((text, index) => index % 12 === 0 && text.trim() === text && text.length < 100);
  await admin.load(some.map((text, number) => ({ id: `tls-${number}`, name: `${text} TLS`, url: broker.url })));
  const failing = async () =>
    (await admin.connections()).filter(({ status }) => status?.error?.code === "SELF_SIGNED_CERT_IN_CHAIN").length;
  await expect.poll(failing).toBe(some.length);
  await page.goto("/connections/tls-0/certificates");
  const card = page.getByRole("region", { name: en.connection.certificates });
  await expect(card).toContainText(ca);
  await card.getByText(trustAll.names).click();
  const names = card.getByRole("list", { name: trustAll.found(some.length) }).getByRole("listitem");
  expect((await names.allTextContents()).toSorted()).toEqual(some.map((text) => `${text} TLS`).toSorted());
  await expectInert(page, "offer to trust a CA");
  await card.getByRole("checkbox", { name: certificates.compared }).check();
  await card.getByRole("button", { name: trustAll.trust(some.length) }).click();
  await expect(page.getByText(trustAll.done(some.length))).toBeVisible();
  await expectInert(page, "trusted CA");
  folder.remove();
});

/** Whether the first character of a text on the page is left of its last one. */
async function readsFromLeft(page: Page, text: string): Promise<boolean> {
  return page.evaluate((text) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const left = (node: Node, at: number) => {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return range.getBoundingClientRect().left;
    };
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      const at = node.nodeValue?.indexOf(text) ?? -1;
      if (at >= 0) return left(node, at) < left(node, at + text.length - 1);
    }
    throw new Error(`the page does not say ${text}`);
  }, text);
}

test("a right-to-left name does not reorder the text around it", async ({ page, admin, guard }) => {
  guard.allow(/status of 404 .*\/disconnect$/);
  // The first letter is right-to-left; digits after it follow its direction.
  const name = "\u05d0 4 sserP";
  await admin.create({ id: "turned", name, url: UNREACHABLE_URL });
  await page.goto("/?q=sserP");
  const row = connectionItems(page);
  await expect(row).toHaveCount(1);
  expect(await readsFromLeft(page, UNREACHABLE_URL)).toBe(true);

  await page.getByRole("checkbox", { name: en.fleet.selectAll }).check();
  await page.getByRole("button", { name: en.fleet.disconnect, exact: true }).click();
  const bulk = page.getByRole("dialog", { name: en.bulk.disconnect(1) });
  await expect(bulk).toBeVisible();
  await admin.delete("turned");
  await bulk.getByRole("button", { name: en.fleet.disconnect }).click();
  await expect(bulk.getByRole("alert")).toContainText(en.errors.refusals["Connection not found"] ?? "");
  expect(await readsFromLeft(page, en.errors.refusals["Connection not found"] ?? "")).toBe(true);

  await admin.create({ id: "turned", name, url: UNREACHABLE_URL });
  await page.goto("/connections/turned");
  await page.getByRole("button", { name: en.more }).click();
  await page.getByRole("menuitem", { name: en.connection.delete }).click();
  await expect(page.getByRole("dialog", { name: en.connection.deleteTitle })).toBeVisible();
  expect(await readsFromLeft(page, "to confirm")).toBe(true);
  await page.getByRole("dialog").getByRole("textbox").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: en.delete }).click();
  await expect(page.getByText(en.connection.deleted(name))).toBeVisible();
  expect(await readsFromLeft(page, "is deleted")).toBe(true);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test("hostile texts make no page wider", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1, name: en.fleet.title })).toBeVisible();
    await names(page);
    await expectInert(page, "table");
    const long = HOSTILE.filter(({ length }) => length > 50);
    const pages = await tour(
      page,
      long.map((text) => ({ path: at(text), heading: text })),
    );
    expect(pages).toEqual(long.map((text) => expect.objectContaining({ heading: text, found: INERT })));
  });
});

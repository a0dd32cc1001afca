import { mkdirSync } from "node:fs";

import type { Browser, BrowserContext, Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";

import { en } from "../../src/i18n/en";
import { galleryMessages } from "../../src/i18n/gallery";
import { logIn } from "../support/api";
import { Haltere, PASSWORD } from "../support/haltere";
import { textField } from "../support/locators";
import { TempDir } from "../support/temp-dir";
import { DemoBrokers } from "./demo-brokers";
import { CONSOLE, hostOf, MACHINES, UNREGISTERED } from "./demo-fleet";
import { DemoRewriter } from "./rewrite-responses";
import { RewritingProxy, UNCHANGED } from "./rewriting-proxy";
import { NOW } from "./timestamps";

/** The output folder. */
const OUTPUT_DIR = process.env["SCREENSHOTS"] ?? "test-results/screenshots";

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 },
  phone: { viewport: { width: 360, height: 760 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} as const;
const THEMES = ["light", "dark"] as const;

/** The greatest height of a full-page screenshot, in CSS pixels. */
const MAX_HEIGHT = 1_500;

interface Scene {
  readonly haltere: Haltere;
  readonly browser: Browser;
}

/** The page shows it once the fleet is there. */
const ALL_BROKERS = en.fleet.brokers(MACHINES.length);

/** The sessions of admin; the last one belongs to the browser of the screenshots. */
const DEVICES_IN_USE = [
  "curl/8.5.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:151.0) Gecko/20100101 Firefox/151.0",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36",
];

/** Logs in from all devices; returns the `Cookie` header of the last session. */
async function logInEverywhere({ url }: Haltere): Promise<string> {
  let cookie = "";
  for (const userAgent of DEVICES_IN_USE) {
    const response = await logIn(url, "admin", PASSWORD, { "User-Agent": userAgent });
    cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }
  return cookie;
}

/** The demo fleet, and a fresh installation; both exist once for all screenshots. */
const test = base.extend<object, { demo: Scene & { session: string }; fresh: Scene }>({
  demo: [
    async ({ playwright }, provide, { project }) => {
      const folder = new TempDir();
      const fleet = await DemoBrokers.start(folder);
      const haltere = await Haltere.start();
      const admin = await haltere.login();
      await fleet.register(admin);
      const proxy = await RewritingProxy.open(haltere.origin, new DemoRewriter(fleet.names, fleet.fingerprints));
      const browser = await playwright.chromium.launch(launchOptions(proxy, project.use.launchOptions ?? {}));
      const session = await logInEverywhere(haltere);
      await fetch(`${haltere.url}/logout`, { headers: { Cookie: `${admin.session.name}=${admin.session.value}` } });
      await provide({ haltere, browser, session });
      await browser.close();
      proxy.close();
      await haltere.end();
      await fleet.end();
      folder.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  fresh: [
    async ({ playwright, demo }, provide, { project }) => {
      void demo;
      const haltere = await Haltere.start({ HALTERE_ADMIN_PASSWORD: "" });
      const proxy = await RewritingProxy.open(haltere.origin, UNCHANGED);
      const browser = await playwright.chromium.launch(launchOptions(proxy, project.use.launchOptions ?? {}));
      await provide({ haltere, browser });
      await browser.close();
      proxy.close();
      await haltere.end();
    },
    { scope: "worker", timeout: 60_000 },
  ],
});

/** Sends requests for the demo's host to the proxy, and treats it as a secure origin, as behind TLS. */
function launchOptions<T extends { args?: string[] }>(proxy: RewritingProxy, options: T): T {
  const args = [
    ...(options.args ?? []),
    `--host-resolver-rules=MAP ${CONSOLE} 127.0.0.1:${proxy.port}`,
    `--unsafely-treat-insecure-origin-as-secure=http://${CONSOLE}`,
  ];
  return { ...options, args };
}

type Appearance = { theme: (typeof THEMES)[number]; device: keyof typeof DEVICES };

async function open({ browser }: Scene, { theme, device }: Appearance): Promise<BrowserContext> {
  const context = await browser.newContext({
    ...DEVICES[device],
    baseURL: `http://${CONSOLE}`,
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  await context.clock.setFixedTime(NOW);
  return context;
}

async function addSession(context: BrowserContext, session: string): Promise<void> {
  const [name = "", value = ""] = session.split("=");
  await context.addCookies([{ name, value, url: `http://${CONSOLE}/`, httpOnly: true, sameSite: "Lax" }]);
}

/** How to prepare the page for a screenshot; `whole` takes the full page up to the greatest height. */
interface Shot {
  readonly name: string;
  readonly whole?: boolean;
  readonly prepare: (page: Page) => Promise<void>;
}

/** Scrolls the list of all connections to the top of the window. */
async function scrollToList(page: Page): Promise<void> {
  await expect(page.getByRole("main")).toContainText(en.fleet.allTitle);
  const top = await page.locator("#all").evaluate((title) => title.getBoundingClientRect().top + scrollY);
  await page.evaluate((y) => scrollTo(0, y), top - 80);
}

function listShot(shot: Shot): Shot {
  return {
    ...shot,
    prepare: async (page) => {
      await shot.prepare(page);
      await scrollToList(page);
    },
  };
}

/** Opens a page and waits until it shows the given texts. */
async function visit(page: Page, path: string, ...shows: readonly string[]): Promise<void> {
  await page.goto(path);
  for (const text of shows) await expect(page.getByRole("main")).toContainText(text);
  // This menu loads later and is disabled until then.
  for (const late of await page.getByRole("button", { name: en.fleet.choose }).all()) await expect(late).toBeEnabled();
}

function pageShot(name: string, path: string, ...shows: readonly string[]): Shot {
  return { name, whole: !path.startsWith("/?") && path !== "/", prepare: async (page) => visit(page, path, ...shows) };
}

async function draft(page: Page): Promise<void> {
  await page.goto("/new");
  await textField(page, en.form.name).fill(UNREGISTERED.name);
  await textField(page, en.form.url).fill(`mqtts://${hostOf(UNREGISTERED)}:8883`);
  await textField(page, en.form.username).fill("haltere");
  await page.getByLabel(en.form.password, { exact: true }).fill(PASSWORD);
}

async function choose(page: Page, names: readonly string[]): Promise<void> {
  await visit(page, "/?sort=name", ALL_BROKERS);
  await scrollToList(page);
  for (const name of names) await page.getByRole("checkbox", { name: en.fleet.select(name), exact: true }).check();
}

const PLAN = JSON.stringify({
  connections: [
    { id: "laser-cutter", name: "Laser cutter", url: "mqtts://laser-cutter.hall-2.works.example:8883" },
    { id: "bending-machine", name: "Bending machine", url: "mqtt://bending-machine.hall-2.works.example:1883" },
    { id: "welding-cell", name: "Welding cell", url: "mqtts://welding-cell.hall-1.works.example:8883" },
    { id: "press-4", name: "Press 4", url: "mqtts://press-4.hall-1.works.example:8883" },
    { id: "agv-park", name: "AGV park", url: "wss://agv-park.dispatch.works.example/mqtt" },
  ],
  plugins: [{ id: "dashboards" }],
});

const SHOTS: readonly Shot[] = [
  pageShot("fleet", "/", ALL_BROKERS),
  listShot(pageShot("fleet-table", "/", ALL_BROKERS)),
  listShot(pageShot("fleet-grid", "/?view=grid", ALL_BROKERS)),
  listShot(pageShot("fleet-sections", "/?view=grid&by=area", ALL_BROKERS)),
  listShot(pageShot("fleet-filter", "/?q=hall-3", "8 of 42")),
  pageShot("connection", "/connections/press-4", "mosquitto version"),
  pageShot("connection-down", "/connections/kiln-2", "refused the connection"),
  {
    name: "history",
    whole: true,
    prepare: async (page) => {
      await visit(page, "/connections/kiln-2/history", en.timeline.now);
      await expect(page.locator(".uplot canvas")).toBeVisible();
    },
  },
  pageShot("certificates", "/connections/tool-store/certificates", en.form.trust),
  {
    name: "new-trust",
    whole: true,
    prepare: async (page) => {
      await draft(page);
      await page.getByRole("button", { name: en.form.test }).click();
      await page.getByRole("checkbox", { name: en.certificates.compared }).check();
    },
  },
  pageShot("edit", "/connections/press-4/edit", en.form.caText),
  {
    name: "bulk",
    prepare: async (page) => {
      await choose(page, ["Belt north", "Belt south", "Compressed air"]);
      await page.getByRole("toolbar").getByRole("button", { name: en.fleet.disconnect }).click();
      await expect(page.getByRole("dialog")).toContainText("Belt north");
    },
  },
  {
    name: "palette",
    prepare: async (page) => {
      await visit(page, "/", ALL_BROKERS);
      await page.getByRole("button", { name: en.nav.commands }).click();
      await page.getByRole("dialog").getByRole("combobox").fill("press");
      await expect(page.getByRole("option", { name: /Press 4/ })).toBeVisible();
    },
  },
  {
    name: "import-plan",
    whole: true,
    prepare: async (page) => {
      await page.goto("/administration/transfer");
      await textField(page, en.transfer.paste).fill(PLAN);
      await page.getByRole("button", { name: en.transfer.check }).click();
      await expect(page.getByRole("button", { name: en.transfer.import(4) })).toBeVisible();
    },
  },
  pageShot("activity", "/activity", "Kiln 2", "nina"),
  pageShot("plugins", "/administration/plugins", "connections-rest-api"),
  pageShot("profile", "/profile", en.profile.thisSession),
  { ...pageShot("about", "/administration/about", "0.1.0"), whole: false },
  pageShot("gallery", "/gallery", galleryMessages.en.table),
];

for (const theme of THEMES) {
  for (const device of Object.keys(DEVICES) as (keyof typeof DEVICES)[]) {
    const take = async (page: Page, { name, whole = false }: Pick<Shot, "name" | "whole">) => {
      mkdirSync(OUTPUT_DIR, { recursive: true });
      await page.evaluate(async () => document.fonts.ready);
      // Resize to the content: elements that stick to the window's edge would cover a longer page.
      if (whole) {
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ ...DEVICES[device].viewport, height: Math.min(height, MAX_HEIGHT) });
        await page.evaluate(() => scrollTo(0, 0));
      }
      const path = `${OUTPUT_DIR}/${name}-${device}-${theme}.png`;
      await page.screenshot({ path, animations: "disabled", scale: "device" });
    };

    test.describe(`${device}, ${theme}`, () => {
      for (const shot of SHOTS) {
        test(shot.name, async ({ demo }) => {
          const context = await open(demo, { theme, device });
          await addSession(context, demo.session);
          const page = await context.newPage();
          await shot.prepare(page);
          await take(page, shot);
          await context.close();
        });
      }

      test("not logged in", async ({ demo }) => {
        const context = await open(demo, { theme, device });
        const page = await context.newPage();
        await page.goto("/");
        await expect(textField(page, en.login.username)).toBeFocused();
        await take(page, { name: "login" });
        await context.close();
      });

      test("a first start", async ({ fresh }) => {
        const context = await open(fresh, { theme, device });
        const page = await context.newPage();
        await page.goto("/");
        await textField(page, en.login.username).fill("admin");
        await page.getByLabel(en.login.password, { exact: true }).fill(fresh.haltere.printedPassword);
        await page.getByRole("button", { name: en.login.submit }).click();
        await expect(page.getByRole("heading", { name: en.initialPassword.title })).toBeVisible();
        await take(page, { name: "first-password" });
        await page.getByRole("button", { name: en.initialPassword.later }).click();
        await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
        await take(page, { name: "empty", whole: true });
        await context.close();
      });
    });
  }
}

if (MACHINES.length !== 42) throw new Error("a screenshot shows the number of connections");

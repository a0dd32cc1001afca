import { mkdirSync } from "node:fs";

import type { Browser, BrowserContext, Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";

import type { NewGroup, NewToken, NewUser } from "../../src/api/schema";
import { de } from "../../src/i18n/de";
import type { Messages } from "../../src/i18n/en";
import { en } from "../../src/i18n/en";
import { galleryMessages } from "../../src/i18n/gallery";
import type { Api } from "../support/api";
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
const LANGUAGES = {
  en: { locale: "en-GB", suffix: "", t: en, gallery: galleryMessages.en, themes: ["light", "dark"] },
  de: { locale: "de-DE", suffix: "-de", t: de, gallery: galleryMessages.de, themes: ["light"] },
} as const;

/** The greatest height of a full-page screenshot, in CSS pixels. */
const MAX_HEIGHT = 1_500;

interface Scene {
  readonly haltere: Haltere;
  readonly browser: Browser;
}

/** The sessions of admin; the last one belongs to the browser of the screenshots. */
const DEVICES_IN_USE = [
  "curl/8.5.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:151.0) Gecko/20100101 Firefox/151.0",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36",
];

/** Users in every state; those with a password have logged in, unless they are disabled. */
const USERS: readonly Partial<NewUser>[] = [
  { username: "grafana", roles: ["monitoringViewer"], password: PASSWORD },
  { username: "jonas", roles: ["viewer"], password: PASSWORD, disabled: true },
  { username: "lena", roles: ["viewer"], invite: true },
  { username: "nina", roles: ["connectionManager"], password: PASSWORD },
  { username: "omar", roles: ["editor", "connectionManager"], password: PASSWORD },
  { username: "paula", roles: ["viewer"], password: PASSWORD, mustChangePassword: true },
];

async function addUsers({ url }: Haltere, admin: Api): Promise<void> {
  for (const user of USERS) {
    await admin.ask("POST", "/api/user-management/users", user);
    const { username = "", password, invite } = user;
    if (invite) await admin.ask("POST", `/api/user-management/users/${username}/invitation`, {});
    if (password !== undefined) await logIn(url, username, password);
  }
}

/** Tokens with limits of every kind; the rewriter gives them their times. */
const TOKENS: readonly Partial<NewToken>[] = [
  { name: "agv dispatch", role: "viewer", connections: ["press-4", "kiln-2"], networks: ["10.20.0.0/16"] },
  { name: "ci", role: "connectionManager", labels: "area=hall-3", description: "Provisions new machines" },
  { name: "grafana", role: "monitoringViewer", readOnly: true, description: "Dashboards in the control room" },
  { name: "inventory", role: "viewer", readOnly: true },
];

async function addTokens(admin: Api): Promise<void> {
  const validUntil = new Date(Date.now() + 300 * 86_400_000).toISOString();
  for (const token of TOKENS) await admin.ask("POST", "/api/tokens", { ...token, validUntil });
}

const GROUPS: readonly NewGroup[] = [
  { name: "Dispatch", role: "viewer", users: ["jonas"], label: "area=hall-1" },
  {
    name: "Night shift",
    description: "Presses and kilns",
    role: "connectionManager",
    users: ["nina", "paula"],
    connections: ["press-4", "kiln-1", "kiln-2"],
  },
];

async function addGroups(admin: Api): Promise<void> {
  for (const group of GROUPS) await admin.ask("POST", "/api/user-management/groups", group);
}

/** A provider for single sign-on; no screenshot dials it. */
const SIGN_ON = {
  HALTERE_SIGN_ON_PUBLIC_URL: `https://${CONSOLE}`,
  HALTERE_SIGN_ON_OIDC_ISSUER: "https://id.works.example/realms/works",
  HALTERE_SIGN_ON_OIDC_CLIENT_ID: "haltere",
  HALTERE_SIGN_ON_OIDC_CLIENT_SECRET: "not shown",
  HALTERE_SIGN_ON_OIDC_NAME: "Works ID",
  HALTERE_SIGN_ON_OIDC_ROLES: "operators = connectionManager, * = viewer",
  HALTERE_SIGN_ON_OIDC_MEMBERSHIPS: "shift-night = Night shift, hall-9 = Hall 9",
};

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
      const haltere = await Haltere.start(SIGN_ON);
      const admin = await haltere.login();
      await fleet.register(admin);
      await addUsers(haltere, admin);
      await addTokens(admin);
      await addGroups(admin);
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

type Language = (typeof LANGUAGES)[keyof typeof LANGUAGES];
type Appearance = { theme: "light" | "dark"; device: keyof typeof DEVICES; language: Language };

async function open({ browser }: Scene, { theme, device, language }: Appearance): Promise<BrowserContext> {
  const context = await browser.newContext({
    ...DEVICES[device],
    baseURL: `http://${CONSOLE}`,
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: language.locale,
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
async function scrollToList(page: Page, t: Messages): Promise<void> {
  await expect(page.getByRole("main")).toContainText(t.fleet.allTitle);
  const top = await page.locator("#all").evaluate((title) => title.getBoundingClientRect().top + scrollY);
  await page.evaluate((y) => scrollTo(0, y), top - 80);
}

function listShot(t: Messages, shot: Shot): Shot {
  return {
    ...shot,
    prepare: async (page) => {
      await shot.prepare(page);
      await scrollToList(page, t);
    },
  };
}

/** Opens a page and waits until it shows the given texts. */
async function visit(page: Page, t: Messages, path: string, ...shows: readonly string[]): Promise<void> {
  await page.goto(path);
  for (const text of shows) await expect(page.getByRole("main")).toContainText(text);
  // This menu loads later and is disabled until then.
  for (const late of await page.getByRole("button", { name: t.fleet.choose }).all()) await expect(late).toBeEnabled();
}

function pageShot(t: Messages, name: string, path: string, ...shows: readonly string[]): Shot {
  return {
    name,
    whole: !path.startsWith("/?") && path !== "/",
    prepare: async (page) => visit(page, t, path, ...shows),
  };
}

async function draft(page: Page, t: Messages): Promise<void> {
  await page.goto("/new");
  await textField(page, t.form.name).fill(UNREGISTERED.name);
  await textField(page, t.form.url).fill(`mqtts://${hostOf(UNREGISTERED)}:8883`);
  await textField(page, t.form.username).fill("haltere");
  await page.getByLabel(t.form.password, { exact: true }).fill(PASSWORD);
}

async function choose(page: Page, t: Messages, names: readonly string[]): Promise<void> {
  await visit(page, t, "/?sort=name", t.fleet.brokers(MACHINES.length));
  await scrollToList(page, t);
  for (const name of names) await page.getByRole("checkbox", { name: t.fleet.select(name), exact: true }).check();
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

/** The screenshots of a user who is logged in. */
function shots({ t, gallery }: Language): readonly Shot[] {
  const allBrokers = t.fleet.brokers(MACHINES.length);
  return [
    pageShot(t, "fleet", "/", allBrokers),
    listShot(t, pageShot(t, "fleet-table", "/", allBrokers)),
    listShot(t, pageShot(t, "fleet-grid", "/?view=grid", allBrokers)),
    listShot(t, pageShot(t, "fleet-sections", "/?view=grid&by=area", allBrokers)),
    listShot(t, pageShot(t, "fleet-filter", "/?q=hall-3", t.fleet.shown(8, MACHINES.length))),
    pageShot(t, "connection", "/connections/press-4", "mosquitto version"),
    pageShot(t, "connection-down", "/connections/kiln-2", "ECONNREFUSED"),
    {
      name: "history",
      whole: true,
      prepare: async (page) => {
        await visit(page, t, "/connections/kiln-2/history", t.timeline.now);
        await expect(page.locator(".uplot canvas")).toBeVisible();
      },
    },
    pageShot(t, "certificates", "/connections/tool-store/certificates", t.form.trust),
    {
      name: "new-trust",
      whole: true,
      prepare: async (page) => {
        await draft(page, t);
        await page.getByRole("button", { name: t.form.test }).click();
        await page.getByRole("checkbox", { name: t.certificates.compared }).check();
      },
    },
    pageShot(t, "edit", "/connections/press-4/edit", t.form.caText),
    {
      name: "bulk",
      prepare: async (page) => {
        await choose(page, t, ["Belt north", "Belt south", "Compressed air"]);
        await page.getByRole("toolbar").getByRole("button", { name: t.fleet.disconnect }).click();
        await expect(page.getByRole("dialog")).toContainText("Belt north");
      },
    },
    {
      name: "palette",
      prepare: async (page) => {
        await visit(page, t, "/", allBrokers);
        await page.getByRole("button", { name: t.nav.commands }).click();
        await page.getByRole("dialog").getByRole("combobox").fill("press");
        await expect(page.getByRole("option", { name: /Press 4/ })).toBeVisible();
      },
    },
    {
      name: "import-plan",
      whole: true,
      prepare: async (page) => {
        await page.goto("/administration/transfer");
        await textField(page, t.transfer.paste).fill(PLAN);
        await page.getByRole("button", { name: t.transfer.check }).click();
        await expect(page.getByRole("button", { name: t.transfer.import(4) })).toBeVisible();
      },
    },
    pageShot(t, "activity", "/activity", "Kiln 2", "nina"),
    pageShot(t, "users", "/administration/users", t.users.states.invited),
    {
      name: "user",
      prepare: async (page) => {
        await visit(page, t, "/administration/users?show=edit&user=nina", t.users.states.invited);
        await expect(page.getByRole("dialog", { name: "nina" })).toBeVisible();
      },
    },
    pageShot(t, "groups", "/administration/groups", "Night shift"),
    {
      name: "group",
      prepare: async (page) => {
        await visit(page, t, "/administration/groups?show=edit&group=Night%20shift", "Night shift");
        const panel = page.getByRole("dialog", { name: "Night shift" });
        await expect(panel.getByRole("status")).toContainText(t.scope.covered(3, MACHINES.length));
        await panel.getByRole("status").scrollIntoViewIfNeeded();
      },
    },
    pageShot(t, "tokens", "/administration/tokens", "agv dispatch", t.tokens.states.expiring),
    {
      name: "new-token",
      prepare: async (page) => {
        await visit(page, t, "/administration/tokens?show=new", "agv dispatch");
        await textField(page, t.tokens.name).fill("hall-3");
        await page.getByRole("dialog").getByRole("textbox", { name: t.tokens.onlyLabels }).fill("area=hall-3");
        await expect(page.getByRole("dialog").getByRole("status")).toContainText(t.scope.covered(8, MACHINES.length));
        await page.getByRole("dialog").getByRole("status").scrollIntoViewIfNeeded();
      },
    },
    pageShot(t, "audit", "/administration/audit", t.audit.event, "nina"),
    pageShot(t, "plugins", "/administration/plugins", "connections-rest-api"),
    pageShot(t, "sign-on", "/administration/sign-on", t.signOn.missing),
    pageShot(t, "profile", "/profile", t.profile.thisSession),
    {
      name: "second-factor",
      whole: true,
      prepare: async (page) => {
        await visit(page, t, "/profile", t.profile.thisSession);
        await page.getByRole("button", { name: t.secondFactor.setUp }).click();
        await page.getByRole("region", { name: t.secondFactor.title }).getByLabel(t.profile.oldPassword).fill(PASSWORD);
        await page.getByRole("button", { name: t.secondFactor.begin }).click();
        await expect(page.getByRole("img", { name: t.secondFactor.qrCode })).toBeVisible();
      },
    },
    { ...pageShot(t, "about", "/administration/about", "0.1.0"), whole: false },
    pageShot(t, "gallery", "/gallery", gallery.table),
  ];
}

const APPEARANCES = Object.values(LANGUAGES).flatMap((language) =>
  language.themes.flatMap((theme) =>
    (Object.keys(DEVICES) as (keyof typeof DEVICES)[]).map((device): Appearance => ({ language, theme, device })),
  ),
);

for (const appearance of APPEARANCES) {
  const { device, language, theme } = appearance;
  const { t } = language;
  const take = async (page: Page, { name, whole = false }: Pick<Shot, "name" | "whole">) => {
    mkdirSync(OUTPUT_DIR, { recursive: true });
    await page.evaluate(async () => document.fonts.ready);
    // Resize to the content: elements that stick to the window's edge would cover a longer page.
    if (whole) {
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ ...DEVICES[device].viewport, height: Math.min(height, MAX_HEIGHT) });
      await page.evaluate(() => scrollTo(0, 0));
    }
    const path = `${OUTPUT_DIR}/${name}-${device}-${theme}${language.suffix}.png`;
    await page.screenshot({ path, animations: "disabled", scale: "device" });
  };

  test.describe(`${device}, ${theme}, ${language.locale}`, () => {
    for (const shot of shots(language)) {
      test(shot.name, async ({ demo }) => {
        const context = await open(demo, appearance);
        await addSession(context, demo.session);
        const page = await context.newPage();
        await shot.prepare(page);
        await take(page, shot);
        await context.close();
      });
    }

    test("view as", async ({ demo }) => {
      const context = await open(demo, appearance);
      await addSession(context, demo.session);
      const page = await context.newPage();
      await visit(page, t, "/administration/users", t.users.states.invited);
      await page.getByRole("button", { name: t.users.actionsFor("nina") }).click();
      await page.getByRole("menuitem", { name: t.users.viewAs }).click();
      await expect(page.getByRole("main")).toContainText(t.fleet.brokers(3));
      await take(page, { name: "view-as" });
      await page.getByRole("button", { name: t.users.stopViewing }).click();
      await expect(page.getByRole("button", { name: `${t.nav.profile}: admin` })).toBeVisible();
      await context.close();
    });

    test("not logged in", async ({ demo }) => {
      const context = await open(demo, appearance);
      const page = await context.newPage();
      await page.goto("/");
      await expect(textField(page, t.login.username)).toBeFocused();
      await take(page, { name: "login" });
      await context.close();
    });

    test("a first start", async ({ fresh }) => {
      const context = await open(fresh, appearance);
      const page = await context.newPage();
      await page.goto("/");
      await textField(page, t.login.username).fill("admin");
      await page.getByLabel(t.login.password, { exact: true }).fill(fresh.haltere.printedPassword);
      await page.getByRole("button", { name: t.login.submit }).click();
      await expect(page.getByRole("heading", { name: t.initialPassword.title })).toBeVisible();
      await take(page, { name: "first-password" });
      await page.getByRole("button", { name: t.initialPassword.later }).click();
      await expect(page.getByRole("heading", { name: t.fleet.empty })).toBeVisible();
      await take(page, { name: "empty", whole: true });
      await context.close();
    });
  });
}

if (MACHINES.length !== 42) throw new Error("a screenshot shows the number of connections");

import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import type { Messages } from "../src/i18n/en";
import { en } from "../src/i18n/en";
import type { Api } from "./support/api";
import { expectAccessible, expectAccessibleColours, expectAccessibleInBothThemes, setTheme } from "./support/axe";
import { connectionNamed, populate } from "./support/fleet";
import type { Haltere } from "./support/haltere";
import { textField } from "./support/locators";
import { submitLogin } from "./support/log-in";
import { openPage, PAGES } from "./support/pages";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const LANGUAGES = [
  ["English", "en-GB", en],
  ["German", "de-DE", de],
] as const;

/** A zoom to 200 % halves the window in CSS pixels. */
const WINDOWS = [
  ["desktop", 1280, 800],
  ["phone", 360, 740],
  ["wide", 2560, 1440],
  ["zoomed", 640, 400],
] as const;

async function resize(page: Page, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  // What measures itself renders again within a frame.
  await page.evaluate(
    async () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** What opens a state of a page. */
interface Given {
  readonly page: Page;
  readonly t: Messages;
  readonly admin: Api;
  readonly haltere: Haltere;
  /** The URL of a broker whose CA no connection trusts. */
  readonly untrusted: string;
}

/** What the browser says of a page that failed to render. */
const RENDER_FAILED = /TypeError/;

const REPLACED = "the database's files were removed or replaced";

/** What pages show when something goes wrong, or has changed meanwhile: each opens it and waits until it is there. */
const TROUBLES: Readonly<Record<string, (given: Given) => Promise<void>>> = {
  "conflict of two edits": async ({ page, t, admin }) => {
    await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, labels: { site: "graz" } });
    await page.goto("/connections/press/edit");
    await textField(page, t.form.name).fill("Mine");
    await admin.ask("PATCH", "/api/connections/press", { name: "Theirs", labels: { site: "linz" } });
    const conflict = page.getByRole("alert").filter({ has: page.getByRole("button", { name: t.merge.take }) });
    await expect(conflict).toBeVisible();
    await page.getByRole("button", { name: t.save, exact: true }).click();
    await expect(conflict).toContainText(`${t.errors.nothingSaved} ${t.merge.choose}`);
  },
  "merge of two edits": async ({ page, t }) => {
    await page.getByRole("button", { name: t.merge.take }).click();
    await expect(page.getByText(t.merge.merged)).toBeVisible();
  },
  "connection that was deleted while it is edited": async ({ page, t, admin }) => {
    await admin.delete("press");
    await expect(page.getByRole("button", { name: t.form.createAgain })).toBeVisible();
  },
  "result of a test that is outdated": async ({ page, t }) => {
    await page.goto("about:blank");
    await page.goto("/new");
    await textField(page, t.form.url).fill(UNREACHABLE_URL);
    await page.getByRole("button", { name: t.form.test }).click();
    await expect(page.getByRole("region", { name: t.form.test })).toContainText("ECONNREFUSED");
    await textField(page, t.form.url).fill("mqtt://127.0.0.1:3");
    await expect(page.getByText(t.form.outdated)).toBeVisible();
  },
  "offer to trust a CA for all": async ({ page, t, admin, untrusted }) => {
    await admin.load(["Belt", "Oven"].map((name) => connectionNamed(name, untrusted)));
    const code = async (id: string) => (await admin.connection(id)).status?.error?.code;
    for (const id of ["belt", "oven"]) await expect.poll(async () => code(id)).toBe("SELF_SIGNED_CERT_IN_CHAIN");
    await page.goto("about:blank");
    await page.goto("/connections/belt/certificates");
    await page.getByText(t.trustAll.names).click();
    await expect(page.getByRole("list", { name: t.trustAll.found(2) })).toBeVisible();
  },
  "banners about storage and connection": async ({ page, t }) => {
    await page.route("**/readyz", async (route) => route.fulfill({ status: 503, json: { reasons: [REPLACED] } }));
    await page.route("**/api/events?*", async (route) => route.abort("connectionreset"));
    await page.goto("/profile");
    await expect(page.getByRole("status").filter({ hasText: t.storage.reasons[REPLACED]?.title ?? "" })).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: t.offline.title })).toBeVisible();
    await page.unrouteAll();
  },
  "server that is unavailable": async ({ page, t }) => {
    const json = { code: "UNAVAILABLE", message: "Too much is being sent or received at once" };
    await page.route("**/api/profile", async (route) => route.fulfill({ status: 503, json }));
    await page.goto("/activity");
    await expect(page.getByRole("button", { name: t.retry })).toBeVisible();
    await page.unrouteAll();
  },
  "page that failed to render": async ({ page, t }) => {
    await page.route("**/api/profile/sessions", async (route) => route.fulfill({ json: [null] }));
    await page.goto("/profile");
    // Other pages stay within reach.
    await expect(page.getByRole("main").getByRole("heading", { name: t.errors.renderFailed })).toBeVisible();
    await expect(page.getByRole("link", { name: t.nav.fleet })).toBeVisible();
    await page.unrouteAll();
  },
  invitation: async ({ page, t, admin, haltere }) => {
    await haltere.addUser("nina", "viewer");
    const invited = await admin.ask("POST", "/api/user-management/users/nina/invitation", {});
    await page.context().clearCookies();
    await page.goto((invited as { path: string }).path);
    await expect(page.getByRole("heading", { name: t.invitation.title })).toBeVisible();
  },
};

for (const [language, locale, t] of LANGUAGES) {
  test.describe(`in ${language}`, () => {
    // Keeps a connection in the state `connecting` for the whole test.
    test.use({ locale, colorScheme: "light", settings: { HALTERE_LINK_CONNECT_TIMEOUT: "5m" } });

    test("axe finds nothing on any page in any window and theme", async ({ page, admin, broker, silent }) => {
      // A hundred and fifty runs of axe.
      test.setTimeout(360_000);
      await populate(admin, broker);
      await admin.load([connectionNamed("Mill", silent)]);
      const mill = { name: "connection that is connecting", path: "/connections/mill", heading: () => "Mill" };
      for (const each of [...PAGES, { ...mill, loadedText: () => t.stateDescriptions.connecting }]) {
        await test.step(each.name, async () => {
          await openPage(page, each, t);
          for (const [window, width, height] of WINDOWS) {
            await resize(page, width, height);
            await expectAccessible(page, `${each.name}, ${window}`);
            // The colours do not depend on the language, so each language has them in half of the windows.
            if ((t === de) !== (window === "wide" || window === "zoomed")) continue;
            await setTheme(page, "dark");
            await expectAccessibleColours(page, `${each.name}, ${window}, dark`);
            await setTheme(page, "light");
          }
        });
      }
    });
    test("axe finds nothing in menus, dialogs and the palette", async ({ page, admin, broker }) => {
      // Thirty runs of axe.
      test.slow();
      await populate(admin, broker);
      await page.goto("/");
      await page.getByRole("button", { name: t.fleet.choose }).click();
      await expect(page.getByRole("menuitemcheckbox").first()).toBeVisible();
      await expectAccessibleInBothThemes(page, "menu of filters");
      await page.keyboard.press("Escape");

      await page.getByRole("button", { name: t.table.options }).click();
      await expect(page.getByRole("menuitemcheckbox").first()).toBeVisible();
      await expectAccessibleInBothThemes(page, "menu of the table");
      await page.keyboard.press("Escape");

      await page.getByRole("checkbox", { name: t.fleet.selectAll }).check();
      await expectAccessibleInBothThemes(page, "selection");
      await page.getByRole("button", { name: t.fleet.disconnect, exact: true }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessibleInBothThemes(page, "bulk action");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();
      await page.getByRole("button", { name: t.delete, exact: true }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessibleInBothThemes(page, "deletion of many");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();

      await page.getByRole("button", { name: t.fleet.edit, exact: true }).click();
      await page.getByRole("combobox", { name: t.bulkEdit.scheme }).selectOption("wss");
      await expect(page.getByRole("list", { name: t.bulkEdit.plan })).toBeVisible();
      await expectAccessibleInBothThemes(page, "edit of many");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog", { name: t.leave.title })).toBeVisible();
      await expectAccessibleInBothThemes(page, "edit of many that would be lost");
      await page.getByRole("button", { name: t.leave.go }).click();
      await expect(page.getByRole("dialog")).toBeHidden();

      await page.getByRole("button", { name: `${t.nav.profile}: admin` }).click();
      await expect(page.getByRole("menuitem", { name: t.nav.logOut })).toBeVisible();
      await expectAccessibleInBothThemes(page, "menu of the user");
      await page.keyboard.press("Escape");

      await page.keyboard.press("Control+k");
      await expect(page.getByRole("option", { name: t.nav.about })).toBeVisible();
      await expectAccessibleInBothThemes(page, "palette");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("option")).toHaveCount(0);

      await page.keyboard.press("?");
      await expect(page.getByRole("dialog", { name: t.commands.shortcuts })).toBeVisible();
      await expectAccessibleInBothThemes(page, "shortcuts");
      await page.keyboard.press("Escape");

      await page.goto("/connections/press");
      await page.getByRole("button", { name: t.more }).click();
      await page.getByRole("menuitem", { name: t.connection.delete }).hover();
      await expectAccessibleInBothThemes(page, "menu of a connection");
      await page.getByRole("menuitem", { name: t.connection.delete }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessibleInBothThemes(page, "delete");
      await page.keyboard.press("Escape");

      await page.goto("/administration/plugins");
      await page.getByRole("switch", { name: /^connections-rest-api / }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessibleInBothThemes(page, "switch of a plugin");
      await page.keyboard.press("Escape");

      await page.goto("/administration/transfer");
      await page.getByRole("switch", { name: t.transfer.withSecrets }).check();
      await page.getByRole("button", { name: t.transfer.download }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessibleInBothThemes(page, "export of secrets");
      await page.keyboard.press("Escape");
      await page.getByRole("textbox", { name: t.transfer.paste }).fill(
        JSON.stringify([
          { name: "New", url: UNREACHABLE_URL },
          { id: "press", name: "Press", url: UNREACHABLE_URL },
        ]),
      );
      await page.getByRole("button", { name: t.transfer.check }).click();
      await expect(page.getByRole("button", { name: t.transfer.import(1) })).toBeVisible();
      await expectAccessibleInBothThemes(page, "plan of an import");
      await page.getByRole("button", { name: t.transfer.import(1) }).click();
      await expect(page.getByText(t.transfer.imported(1))).toBeVisible();
      await expectAccessibleInBothThemes(page, "import");
    });

    test("axe finds nothing where something went wrong", async ({ page, admin, haltere, guard, pki, startBroker }) => {
      // Twenty runs of axe.
      test.slow();
      guard.allow(/status of (401|412|503) /, /net::ERR_CONNECTION_RESET/, RENDER_FAILED);
      const { url: untrusted } = await startBroker({ tls: { pki, chain: true } });
      for (const [name, open] of Object.entries(TROUBLES)) {
        await test.step(name, async () => {
          await open({ page, t, admin, haltere, untrusted });
          await expectAccessibleInBothThemes(page, name);
        });
      }
    });

    test("axe finds nothing in forms in any state", async ({ page, guard, pki, startBroker }) => {
      guard.allow(/status of 40[13] /);
      const broker = await startBroker({ tls: { pki, chain: true } });
      await page.goto("/new");
      await page.getByRole("button", { name: t.save }).click();
      await expect(page.getByText(t.form.nameRequired)).toBeVisible();
      await expectAccessibleInBothThemes(page, "form with faults");
      await textField(page, t.form.name).fill("Press");
      await textField(page, t.form.url).fill(broker.url);
      await page.getByRole("button", { name: t.form.clientCertificate }).click();
      await page.getByRole("button", { name: t.form.advanced, exact: true }).click();
      await page.getByRole("button", { name: t.form.test }).click();
      await expect(page.getByRole("button", { name: t.form.trust })).toBeVisible();
      await expectAccessibleInBothThemes(page, "form with a CA to trust");
      await page.getByRole("checkbox", { name: t.certificates.compared }).check();
      await page.getByRole("button", { name: t.form.trust }).click();
      await expect(page.getByText(t.form.works)).toBeVisible();
      await expectAccessibleInBothThemes(page, "form with a test that passed");
      await page.getByRole("link", { name: t.nav.fleet }).click();
      await expect(page.getByRole("dialog", { name: t.leave.title })).toBeVisible();
      await expectAccessibleInBothThemes(page, "leave without saving");
      await page.getByRole("button", { name: t.leave.stay }).click();
      await page.getByRole("button", { name: t.save }).click();
      await expect(page.getByRole("main")).toContainText(t.stateDescriptions.online);
      await page.getByRole("link", { name: t.connection.certificates }).click();
      await expect(page.getByRole("region", { name: t.connection.certificates })).toBeVisible();
      await expectAccessibleInBothThemes(page, "connection with TLS");
    });
  });

  test.describe(`before anything, in ${language}`, () => {
    test.use({ locale, colorScheme: "light", loggedInAs: "", settings: { HALTERE_ADMIN_PASSWORD: "" } });

    test("axe finds nothing before the login", async ({ page, haltere }) => {
      await page.goto("/");
      await expect(page.getByLabel(t.login.username)).toBeVisible();
      await expectAccessibleInBothThemes(page, "login");
      await submitLogin(page, "admin", "wrong", t);
      await expect(page.getByRole("alert")).toBeVisible();
      await expectAccessibleInBothThemes(page, "login that failed");
      await submitLogin(page, "admin", haltere.printedPassword, t);
      await expect(page.getByRole("heading", { name: t.initialPassword.title })).toBeVisible();
      await expectAccessibleInBothThemes(page, "first password");
      await page.getByRole("button", { name: t.initialPassword.later }).click();
      await expect(page.getByRole("heading", { name: t.fleet.empty })).toBeVisible();
      await expectAccessibleInBothThemes(page, "empty fleet");
    });
  });
}

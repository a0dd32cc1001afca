import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessible, expectAccessibleColours } from "./support/axe";
import { connectionNamed, populate } from "./support/fleet";
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

async function setTheme(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
}

for (const [language, locale, t] of LANGUAGES) {
  test.describe(`in ${language}`, () => {
    // Keeps a connection in the state `connecting` for the whole test.
    test.use({ locale, colorScheme: "light", settings: { HALTERE_LINK_CONNECT_TIMEOUT: "5m" } });

    test("axe finds nothing on any page in any window and theme", async ({ page, admin, broker, silent }) => {
      // A hundred and twenty runs of axe.
      test.setTimeout(240_000);
      await populate(admin, broker);
      await admin.load([connectionNamed("Mill", silent)]);
      const mill = { name: "connection being dialled", path: "/connections/mill", heading: () => "Mill" };
      for (const each of [...PAGES, { ...mill, loadedText: () => t.stateDescriptions.connecting }]) {
        await test.step(each.name, async () => {
          await openPage(page, each, t);
          for (const [window, width, height] of WINDOWS) {
            await resize(page, width, height);
            await expectAccessible(page, `${each.name}, ${window}`);
            // In larger windows the colours are those of the desktop.
            if (window === "wide" || window === "zoomed") continue;
            await setTheme(page, "dark");
            await expectAccessibleColours(page, `${each.name}, ${window}, dark`);
            await setTheme(page, "light");
          }
        });
      }
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing in menus, dialogs and the palette", async ({ page, admin, broker }) => {
      await populate(admin, broker);
      await page.goto("/");
      await page.getByRole("button", { name: en.fleet.choose }).click();
      await expect(page.getByRole("menuitemcheckbox").first()).toBeVisible();
      await expectAccessible(page, "menu of filters");
      await page.keyboard.press("Escape");

      await page.getByRole("checkbox", { name: en.fleet.selectAll }).check();
      await expectAccessible(page, "selection");
      await page.getByRole("button", { name: en.fleet.disconnect, exact: true }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page, "bulk action");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();
      await page.getByRole("button", { name: en.delete, exact: true }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page, "deletion of many");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();

      await page.getByRole("button", { name: `${en.nav.profile}: admin` }).click();
      await expect(page.getByRole("menuitem", { name: en.nav.logOut })).toBeVisible();
      await expectAccessible(page, "menu of the user");
      await page.keyboard.press("Escape");

      await page.keyboard.press("Control+k");
      await expect(page.getByRole("option", { name: en.nav.about })).toBeVisible();
      await expectAccessible(page, "palette");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("option")).toHaveCount(0);

      await page.keyboard.press("?");
      await expect(page.getByRole("dialog", { name: en.commands.shortcuts })).toBeVisible();
      await expectAccessible(page, "shortcuts");
      await page.keyboard.press("Escape");

      await page.goto("/connections/press");
      await page.getByRole("button", { name: en.more }).click();
      await page.getByRole("menuitem", { name: en.connection.delete }).hover();
      await expectAccessible(page, "menu of a connection");
      await page.getByRole("menuitem", { name: en.connection.delete }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page, "delete");
      await page.keyboard.press("Escape");

      await page.goto("/administration/transfer");
      await page.getByRole("switch", { name: en.transfer.withSecrets }).check();
      await page.getByRole("button", { name: en.transfer.download }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page, "export of secrets");
      await page.keyboard.press("Escape");
      await page.getByRole("textbox", { name: en.transfer.paste }).fill(
        JSON.stringify([
          { name: "New", url: UNREACHABLE_URL },
          { id: "press", name: "Press", url: UNREACHABLE_URL },
        ]),
      );
      await page.getByRole("button", { name: en.transfer.check }).click();
      await expect(page.getByRole("button", { name: en.transfer.import(1) })).toBeVisible();
      await expectAccessible(page, "plan of an import");
      await page.getByRole("button", { name: en.transfer.import(1) }).click();
      await expect(page.getByText(en.transfer.imported(1))).toBeVisible();
      await expectAccessible(page, "import");
    });

    test("axe finds nothing in forms in any state", async ({ page, guard, pki, startBroker }) => {
      guard.allow(/status of 40[13] /);
      const broker = await startBroker({ tls: { pki, chain: true } });
      await page.goto("/new");
      await page.getByRole("button", { name: en.save }).click();
      await expect(page.getByText(en.form.nameRequired)).toBeVisible();
      await expectAccessible(page, "form with faults");
      await textField(page, en.form.name).fill("Press");
      await textField(page, en.form.url).fill(broker.url);
      await page.getByRole("button", { name: en.form.clientCertificate }).click();
      await page.getByRole("button", { name: en.form.advanced, exact: true }).click();
      await page.getByRole("button", { name: en.form.test }).click();
      await expect(page.getByRole("button", { name: en.form.trust })).toBeVisible();
      await expectAccessible(page, "form with a CA to trust");
      await page.getByRole("checkbox", { name: en.certificates.compared }).check();
      await page.getByRole("button", { name: en.form.trust }).click();
      await expect(page.getByText(en.form.works)).toBeVisible();
      await expectAccessible(page, "form with a test that passed");
      await page.getByRole("link", { name: en.nav.fleet }).click();
      await expect(page.getByRole("dialog", { name: en.leave.title })).toBeVisible();
      await expectAccessible(page, "leave without saving");
      await page.getByRole("button", { name: en.leave.stay }).click();
      await page.getByRole("button", { name: en.save }).click();
      await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
      await page.getByRole("link", { name: en.connection.certificates }).click();
      await expect(page.getByRole("region", { name: en.connection.certificates })).toBeVisible();
      await expectAccessible(page, "connection with TLS");
    });
  });

  test.describe(`before anything, in the ${colorScheme} theme`, () => {
    test.use({ colorScheme, loggedInAs: "", settings: { HALTERE_ADMIN_PASSWORD: "" } });

    test("axe finds nothing before the login", async ({ page, haltere }) => {
      await page.goto("/");
      await expect(page.getByLabel(en.login.username)).toBeVisible();
      await expectAccessible(page, "login");
      await submitLogin(page, "admin", "wrong");
      await expect(page.getByRole("alert")).toBeVisible();
      await expectAccessible(page, "login that failed");
      await submitLogin(page, "admin", haltere.printedPassword);
      await expect(page.getByRole("heading", { name: en.initialPassword.title })).toBeVisible();
      await expectAccessible(page, "first password");
      await page.getByRole("button", { name: en.initialPassword.later }).click();
      await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
      await expectAccessible(page, "empty fleet");
    });
  });
}

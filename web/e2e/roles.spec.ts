import { en } from "../src/i18n/en";
import type { Role } from "./support/haltere";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

interface Rights {
  readonly sees: boolean;
  readonly changes: boolean;
  readonly administers: boolean;
}

const RIGHTS: Readonly<Record<Role, Rights>> = {
  admin: { sees: true, changes: true, administers: true },
  editor: { sees: true, changes: false, administers: false },
  viewer: { sees: true, changes: false, administers: false },
  connectionManager: { sees: true, changes: true, administers: false },
  monitoringViewer: { sees: false, changes: false, administers: false },
};

const SECRET = "kept in the dark";

for (const [role, { sees, changes, administers }] of Object.entries(RIGHTS)) {
  test.describe(`a user with the role ${role}`, () => {
    test.use({ loggedInAs: "", permissions: ["clipboard-read", "clipboard-write"] });
    test.beforeEach(async ({ context, haltere, admin }) => {
      await haltere.addUser("ann", role as Role);
      await haltere.addSession(context, "ann");
      const credentials = { username: "haltere", password: SECRET };
      await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, credentials });
    });

    test(`${sees ? "sees" : "does not see"} connections, and ${changes ? "may" : "may not"} change them`, async ({
      page,
    }) => {
      const main = page.getByRole("main");
      await page.goto("/");
      await expect(page.getByRole("button", { name: `${en.nav.profile}: ann` })).toBeVisible();
      await expect(main.getByText(en.fleet.noRight)).toBeVisible({ visible: !sees });
      await expect(main.getByRole("grid", { name: en.fleet.allTitle })).toBeVisible({ visible: sees });
      await expect(main.getByRole("link", { name: en.fleet.newConnection })).toBeVisible({ visible: changes });
      await expect(main.getByRole("button", { name: en.fleet.otherWays })).toBeVisible({ visible: changes });
      await expect(main.getByRole("checkbox", { name: en.fleet.select("Press") })).toBeVisible({ visible: changes });

      await page.goto("/connections/press");
      if (sees) await expect(main.getByRole("heading", { name: "Press" })).toBeVisible();
      else await expect(main).not.toContainText("Press");
      for (const name of [en.form.test, en.more]) {
        await expect(main.getByRole("button", { name })).toBeVisible({ visible: changes });
      }
      await expect(main.getByRole("link", { name: en.connection.edit })).toBeVisible({ visible: changes });

      const copy = main.getByRole("button", { name: en.diagnosis.copy });
      await expect(copy).toBeVisible({ visible: sees && !changes });
      if (!sees || changes) return;
      await copy.click();
      await expect(page.getByText(en.diagnosis.copied)).toBeVisible();
      const text = await page.evaluate(async () => navigator.clipboard.readText());
      expect(text).toMatch(/^Press\n/);
      expect(text).toContain("ECONNREFUSED");
      expect(text).not.toContain(SECRET);
    });

    test("can't get around permissions by URL, shortcut or palette", async ({ page }) => {
      const main = page.getByRole("main");
      const shows = async (path: string, ready: string, form: string, isAllowed: boolean) => {
        await page.goto(path);
        await expect(main.getByRole("heading", { level: 1 })).toBeVisible();
        if (isAllowed) await expect(main.getByRole("heading", { name: ready })).toBeVisible();
        await expect(main.getByRole("button", { name: form, exact: true })).toBeVisible({ visible: isAllowed });
      };
      await shows("/new", en.fleet.newConnection, en.save, changes);
      await shows("/connections/press/edit", "Press", en.save, changes);
      await shows("/administration/transfer", en.transfer.title, en.transfer.download, changes);
      await expect(main.getByRole("switch", { name: en.transfer.withSecrets })).toBeVisible({
        visible: administers,
      });
      await page.goto("/administration/plugins");
      await expect(main.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(main.getByRole("switch").first()).toBeVisible({ visible: administers });
      const navigation = page.getByRole("navigation", { name: en.nav.main });
      await expect(navigation.getByRole("link", { name: en.nav.administration })).toBeVisible({ visible: changes });
      const sections = page.getByRole("navigation", { name: en.nav.administration });
      await expect(sections.getByRole("link", { name: en.transfer.title })).toBeVisible({ visible: changes });
      await expect(sections.getByRole("link", { name: en.nav.plugins })).toBeVisible({ visible: administers });
      await expect(sections.getByRole("link", { name: en.nav.audit })).toBeVisible({ visible: administers });
      await expect(sections.getByRole("link", { name: en.nav.users })).toBeVisible({ visible: administers });
      await expect(sections.getByRole("link", { name: en.nav.groups })).toBeVisible({ visible: administers });
      await expect(sections.getByRole("link", { name: en.nav.tokens })).toBeVisible({ visible: administers });
      await page.goto("/administration/users?show=new");
      await expect(main.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("dialog", { name: en.commands.newUser })).toBeVisible({ visible: administers });

      await page.goto("/administration/tokens?show=new");
      await expect(main.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("dialog", { name: en.commands.newToken })).toBeVisible({ visible: administers });

      await page.goto("/administration/about");
      await expect(main).toContainText("0.1.0");
      await page.keyboard.press("Control+k");
      const commands = page.getByRole("listbox");
      await expect(commands.getByRole("option", { name: en.nav.profile })).toBeVisible();
      await expect(commands.getByRole("option", { name: en.fleet.newConnection })).toBeVisible({ visible: changes });
      await expect(commands.getByRole("option", { name: en.nav.plugins })).toBeVisible({ visible: administers });
      for (const name of [
        en.nav.users,
        en.commands.newUser,
        en.nav.groups,
        en.commands.newGroup,
        en.nav.tokens,
        en.commands.newToken,
      ]) {
        await expect(commands.getByRole("option", { name, exact: true })).toBeVisible({ visible: administers });
      }
      await expect(commands.getByRole("option", { name: "Press" })).toBeVisible({ visible: sees });
      await page.keyboard.press("Escape");
      await expect(commands).toBeHidden();
      await page.keyboard.press("n");
      await expect(page).toHaveURL(changes ? /\/new$/ : /\/about$/);
    });
  });
}

import { en } from "../src/i18n/en";
import { expect, test } from "./support/test";

const { switching } = en.settings;

test("a switch that concerns connections says how many, and asks", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: "mqtts://127.0.0.1:1", rejectUnauthorized: false });
  await page.goto("/settings");
  const tls = page.getByRole("switch", { name: /^tls / });
  await expect(tls).toBeChecked();
  await tls.click();
  const dialog = page.getByRole("dialog", { name: switching.title("tls", false) });
  await expect(dialog).toContainText(switching.does("tls", false, { connections: 1, up: 0 }));
  await dialog.getByRole("button", { name: en.cancel }).click();
  await expect(tls).toBeChecked();
  await tls.click();
  await dialog.getByRole("button", { name: switching.off }).click();
  await expect(tls).not.toBeChecked();
  await expect(dialog).toBeHidden();

  // What concerns nobody is switched at once.
  const audit = page.getByRole("switch", { name: /^audit-trail / });
  await audit.click();
  await expect(audit).not.toBeChecked();
});

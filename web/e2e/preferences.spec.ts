import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expect, test } from "./support/test";

test("preferences follow a user to another browser, and only that user", async ({
  page,
  openWindow,
  haltere,
  admin,
}) => {
  const saved = async () => ((await admin.ask("GET", "/api/profile")) as { preferences?: object }).preferences;
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/profile");
  await page.getByRole("radiogroup", { name: en.appearance.theme }).getByText(en.appearance.themes.dark).click();
  await page.getByRole("button", { name: en.nav.labels }).click();
  await page.getByRole("radiogroup", { name: en.appearance.language }).getByText("Deutsch").click();
  await expect.poll(saved).toEqual({ theme: "dark", language: "de", navigationCollapsed: true });

  const other = await openWindow();
  await other.emulateMedia({ colorScheme: "light" });
  await other.goto(`${haltere.url}/profile`);
  await expect(other.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expect(other.getByRole("heading", { name: de.profile.appearance })).toBeVisible();
  await expect(other.getByRole("button", { name: de.nav.labels })).toHaveAttribute("aria-expanded", "false");

  await haltere.addUser("ann", "viewer");
  const anns = await openWindow("ann");
  await anns.emulateMedia({ colorScheme: "light" });
  await anns.goto(`${haltere.url}/profile`);
  await expect(anns.getByRole("heading", { name: en.profile.appearance })).toBeVisible();
  await expect(anns.locator("html")).toHaveAttribute("data-mantine-color-scheme", "light");
});

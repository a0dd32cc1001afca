import { en } from "../src/i18n/en";
import { connectionItems } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

test("a connection is deleted only after its name has been typed", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press 4", url: UNREACHABLE_URL });
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL });
  await page.goto("/connections/press");
  await page.getByRole("button", { name: en.more }).click();
  await page.getByRole("menuitem", { name: en.connection.delete }).click();

  const dialog = page.getByRole("dialog", { name: en.connection.deleteTitle });
  const name = dialog.getByRole("textbox");
  const sure = dialog.getByRole("button", { name: en.delete });
  await expect(name).toBeFocused();
  await expect(sure).toBeDisabled();
  for (const wrong of ["Press", "press 4", "Press 40", ""]) {
    await name.fill(wrong);
    await name.press("Enter");
    await expect(sure).toBeDisabled();
  }
  expect(await admin.connections()).toHaveLength(2);

  await name.fill("Press 4");
  await sure.click();
  await expect(page.getByText(en.connection.deleted("Press 4"))).toBeVisible();
  await expect(page).toHaveURL((url) => url.pathname === "/");
  await expect(connectionItems(page)).toHaveText([/Oven/]);
  expect((await admin.connections()).map(({ id }) => id)).toEqual(["oven"]);
});

test("a connection that another user deletes disappears, and its page says who that was", async ({
  page,
  admin,
  haltere,
  openWindow,
}) => {
  await haltere.addUser("ann", "connectionManager");
  await haltere.addUser("nina", "viewer");
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  const viewer = await openWindow("nina");
  await viewer.goto(`${haltere.url}/connections/press`);
  await page.goto("/connections/press");
  for (const window of [viewer, page]) await expect(window.getByRole("heading", { name: "Press" })).toBeVisible();
  await page.getByRole("link", { name: en.connection.edit }).focus();
  const ann = await haltere.login("ann");
  await ann.delete("press");
  await expect(page.getByRole("heading", { name: en.connection.gone })).toBeVisible();
  // The link that had the focus is gone, too.
  await expect(page.getByRole("heading", { name: en.connection.gone })).toBeFocused();
  await expect(page.getByText(/ann.* deleted it, \d+ \w+ \d{4}/)).toBeVisible();
  await expect(viewer.getByText(en.connection.goneText)).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: en.errors.toFleet }).click();
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
});

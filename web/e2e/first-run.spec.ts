import { en } from "../src/i18n/en";
import { logIn } from "./support/api";
import { UNAUTHORIZED } from "./support/guard";
import { PASSWORD } from "./support/haltere";
import { submitLogin } from "./support/log-in";
import { expect, test } from "./support/test";

// Without a configured password haltere generates one and prints it.
test.use({ loggedInAs: "", settings: { HALTERE_ADMIN_PASSWORD: "" } });

const { initialPassword, profile } = en;

test("the initial password is replaced by one of the user's own", async ({ page, haltere }) => {
  const printed = haltere.printedPassword;
  await page.goto("/");
  await submitLogin(page, "admin", printed);
  await expect(page.getByRole("heading", { name: initialPassword.title })).toBeVisible();
  // The user has just typed it, so the form does not ask again.
  await expect(page.getByLabel(profile.oldPassword)).toBeHidden();
  await page.getByLabel(profile.newPassword, { exact: true }).fill("short");
  await page.getByLabel(profile.again).fill("shorter");
  await page.getByRole("button", { name: profile.change }).click();
  await expect(page.getByText(profile.mismatch)).toBeVisible();
  // The rule that it breaks is an error of the field.
  const tooShort = page.getByLabel(profile.newPassword, { exact: true });
  await expect(tooShort).toHaveAttribute("aria-invalid", "true");
  await expect(tooShort).toHaveAccessibleDescription(profile.short);
  expect((await logIn(haltere.url, "admin", "short")).status).toBe(401);

  await page.getByLabel(profile.newPassword, { exact: true }).fill(PASSWORD);
  await page.getByLabel(profile.again).fill(PASSWORD);
  await page.getByRole("button", { name: profile.change }).click();
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  expect((await logIn(haltere.url, "admin", printed)).status).toBe(401);
  expect((await logIn(haltere.url, "admin", PASSWORD)).status).toBe(200);
});

test("after postponing, the next window asks again", async ({ page, haltere, openWindow }) => {
  await page.goto("/");
  await submitLogin(page, "admin", haltere.printedPassword);
  await page.getByRole("button", { name: initialPassword.later }).click();
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();

  const other = await openWindow("");
  await other.goto("/");
  await submitLogin(other, "admin", haltere.printedPassword);
  await expect(other.getByRole("heading", { name: initialPassword.title })).toBeVisible();
  // After a reload the password is no longer in memory, so the form asks for it.
  await other.reload();
  await expect(other.getByLabel(profile.oldPassword)).toBeVisible();
});

test.describe("with a user of whom an administrator requires a new password", () => {
  test.use({ loggedInAs: "admin", settings: {} });

  test("nothing else opens before the password is changed", async ({ admin, haltere, openWindow, guard }) => {
    // Until then, the server refuses everything else.
    guard.allow(UNAUTHORIZED, /status of 403/);
    await haltere.addUser("nina", "viewer");
    await admin.ask("PUT", "/api/user-management/users/nina", { mustChangePassword: true });
    const page = await openWindow("");
    await page.goto(haltere.url);
    await submitLogin(page, "nina", PASSWORD);
    await expect(page.getByText(initialPassword.required)).toBeVisible();
    await expect(page.getByRole("button", { name: initialPassword.later })).toBeHidden();
    const chosen = "a sentence of her own";
    await page.getByLabel(profile.newPassword, { exact: true }).fill(chosen);
    await page.getByLabel(profile.again).fill(chosen);
    await page.getByRole("button", { name: profile.change }).click();
    await expect(page.getByRole("link", { name: en.nav.fleet })).toBeVisible();
    expect((await logIn(haltere.url, "nina", chosen)).status).toBe(200);
  });
});

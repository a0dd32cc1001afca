import { en } from "../src/i18n/en";
import { logIn } from "./support/api";
import { submitLogin } from "./support/log-in";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

test.use({ loggedInAs: "" });

const { login } = en;

test("a correct password logs in, and a reload keeps the session", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveTitle(/^Log in/);
  await expect(page.getByLabel(login.username)).toBeFocused();
  await submitLogin(page);
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
});

test("a wrong password shows an error and is cleared", async ({ page }) => {
  await page.goto("/");
  await submitLogin(page, "admin", "wrong");
  await expect(page.getByRole("alert")).toHaveText("The user name or the password is wrong.");
  await expect(page.getByLabel(login.username)).toHaveValue("admin");
  await expect(page.getByLabel(login.password, { exact: true })).toHaveValue("");
  await expect(page.getByLabel(login.password, { exact: true })).toBeFocused();
  // An unknown user gets the same error.
  await submitLogin(page, "unknown");
  await expect(page.getByRole("alert")).toHaveText("The user name or the password is wrong.");
  await expect(page.getByLabel(login.username)).toBeVisible();
});

test("where the first password is, is said to users who can't log in, and to no others", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByLabel(login.username)).toBeFocused();
  await expect(page.getByText(login.firstTime)).toHaveCount(0);
  await submitLogin(page, "admin", "wrong");
  await expect(page.getByText(login.firstTime)).toBeVisible();
});

test.describe("after two failed logins", () => {
  // Checking a password takes a busy machine seconds.
  test.use({ settings: { HALTERE_LIMITS_FAILED_LOGINS_PER_USER: "2" } });

  test("too many failed logins have to wait", async ({ page, haltere, guard }) => {
    guard.allow(/status of 429/);
    await haltere.addUser("ann", "viewer");
    await expect.poll(async () => (await logIn(haltere.url, "ann", "guess")).status, { intervals: [0] }).toBe(429);
    await page.goto("/");
    await submitLogin(page, "ann");
    await expect(page.getByRole("alert")).toHaveText(/^Too many attempts\. Try again in \d+ (s|min)\.$/);
  });
});

test("logging out shows the login, and going back does not undo it", async ({ page }) => {
  await page.goto("/administration/about");
  await submitLogin(page);
  await page.getByRole("button", { name: `${en.nav.profile}: admin` }).click();
  await page.getByRole("menuitem", { name: en.nav.logOut }).click();
  await expect(page.getByRole("heading", { name: login.title })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: login.title })).toBeVisible();
});

test("a session that has ended shows the login, and logging in again returns to the page", async ({
  page,
  haltere,
  admin,
  guard,
}) => {
  // What the page was asking for when the session ended.
  guard.allow(/status of 401 /);
  await admin.create({ id: "press-4", name: "Press 4", url: UNREACHABLE_URL });
  await page.goto("/connections/press-4");
  await submitLogin(page);
  const heading = page.getByRole("heading", { name: "Press 4" });
  await expect(heading).toBeVisible();
  // From outside, because a session of a few seconds may end before a busy machine has shown the page.
  await admin.ask("DELETE", "/api/profile/sessions");
  await expect(page.getByRole("alert")).toHaveText(
    "Your session has ended. Log in again and you are back where you were, with all that you typed.",
  );
  await expect(heading).toBeHidden();
  expect(page.url()).toBe(`${haltere.url}/connections/press-4`);
  await submitLogin(page);
  await expect(heading).toBeVisible();
});

test("a changed password ends the session and shows the login at once", async ({ page, haltere, guard }) => {
  guard.allow(/status of 401 /);
  await haltere.addUser("ann", "viewer");
  await page.goto("/profile");
  await submitLogin(page, "ann");
  await expect(page.getByRole("heading", { name: "ann" })).toBeVisible();
  await haltere.setPassword("ann", "another-password");
  await expect(page.getByRole("alert")).toContainText("Your session has ended.");
});

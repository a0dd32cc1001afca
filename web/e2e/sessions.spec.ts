import { en } from "../src/i18n/en";
import { PASSWORD } from "./support/haltere";
import { submitLogin } from "./support/log-in";
import { expect, test } from "./support/test";

const { profile } = en;

test("a session that ends elsewhere shows the login", async ({ page, openWindow, guard }) => {
  guard.allow(/status of 401 /);
  const other = await openWindow("");
  await other.goto("/administration/about");
  await submitLogin(other);
  await expect(other.getByRole("heading", { name: en.product })).toBeVisible();

  await page.goto("/profile");
  const sessions = page.getByRole("region", { name: profile.sessions }).getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: profile.thisSession })).toHaveCount(1);
  const device = "Chrome (headless) · Linux";
  await sessions.getByRole("button", { name: profile.endSessionAt(device) }).click();
  await expect(other.getByRole("alert")).toContainText("Your session has ended.");
  await expect(sessions).toHaveText([new RegExp(profile.thisSession)]);
});

test("all other sessions end together, the current one stays", async ({ page, openWindow, admin, guard }) => {
  guard.allow(/status of 401 /);
  const others = await Promise.all([openWindow(), openWindow()]);
  await Promise.all(others.map(async (other) => other.goto("/")));
  await expect(others[1]!.getByRole("heading", { name: en.fleet.empty })).toBeVisible();
  await page.goto("/profile");
  const sessions = page.getByRole("region", { name: profile.sessions }).getByRole("listitem");
  await expect(sessions).toHaveCount(4);
  await page.getByRole("button", { name: profile.endOthers }).click();
  await expect(page.getByText(profile.othersEnded)).toBeVisible();
  await expect(sessions).toHaveCount(1);
  for (const other of others) await expect(other.getByRole("alert")).toContainText("Your session has ended.");
  await expect(admin.connections()).rejects.toThrow("401");
  await page.reload();
  await expect(sessions).toHaveCount(1);
});

test("a new password ends the other sessions", async ({ page, openWindow, guard }) => {
  guard.allow(/status of 40[013] /);
  const other = await openWindow();
  await other.goto("/administration/about");
  await page.goto("/profile");
  const change = page.getByRole("region", { name: profile.password, exact: true });
  const fill = async (old: string) => {
    await change.getByLabel(profile.oldPassword).fill(old);
    await change.getByLabel(profile.newPassword, { exact: true }).fill("something else entirely");
    await change.getByLabel(profile.again).fill("something else entirely");
    await change.getByRole("button", { name: profile.change }).click();
  };
  // A refusal is at its field, which has the focus; editing it takes it away.
  const [old, next] = [change.getByLabel(profile.oldPassword), change.getByLabel(profile.newPassword, { exact: true })];
  await fill("wrong");
  await expect(old).toHaveAccessibleDescription(en.errors.refusals["oldPassword: is wrong"] ?? "");
  await expect(old).toBeFocused();
  await expect(change.getByRole("alert")).toHaveCount(0);
  await old.fill("again");
  await expect(old).toHaveAccessibleDescription("");
  await change.getByLabel(profile.oldPassword).fill(PASSWORD);
  await next.fill("password123");
  await change.getByLabel(profile.again).fill("password123");
  await change.getByRole("button", { name: profile.change }).click();
  await expect(next).toHaveAccessibleDescription(/^Many people use this password/);
  await expect(next).toBeFocused();
  await fill(PASSWORD);
  await expect(change.getByRole("status")).toHaveText(profile.changed);
  await expect(other.getByRole("alert")).toContainText("Your session has ended.");
});

import type { Page } from "@playwright/test";

import type { Messages } from "../../src/i18n/en";
import { en } from "../../src/i18n/en";
import { PASSWORD } from "./haltere";

/** Submits the login form, which may be in front of a page. */
export async function submitLogin(
  page: Page,
  username = "admin",
  password = PASSWORD,
  { login }: Pick<Messages, "login"> = en,
): Promise<void> {
  await page.getByRole("textbox", { name: login.username }).fill(username);
  await page.getByLabel(login.password, { exact: true }).and(page.locator("[name=password]")).fill(password);
  await page.getByRole("button", { name: login.submit }).click();
}

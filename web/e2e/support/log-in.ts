import type { Page } from "@playwright/test";

import { en } from "../../src/i18n/en";
import { PASSWORD } from "./haltere";

/** Submits the login form, which may be in front of a page. */
export async function submitLogin(page: Page, username = "admin", password = PASSWORD): Promise<void> {
  await page.getByRole("textbox", { name: en.login.username }).fill(username);
  await page.getByLabel(en.login.password, { exact: true }).and(page.locator("[name=password]")).fill(password);
  await page.getByRole("button", { name: en.login.submit }).click();
}

import type { Page } from "@playwright/test";

import { en } from "../../src/i18n/en";
import { PASSWORD } from "./haltere";

/** Submits the login form. */
export async function submitLogin(page: Page, username = "admin", password = PASSWORD): Promise<void> {
  await page.getByLabel(en.login.username).fill(username);
  await page.getByLabel(en.login.password, { exact: true }).fill(password);
  await page.getByRole("button", { name: en.login.submit }).click();
}

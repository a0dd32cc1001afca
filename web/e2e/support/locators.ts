import type { Locator, Page } from "@playwright/test";

import { en } from "../../src/i18n/en";

/** The list of all connections on the fleet page, as a table or as tiles. */
export const connectionList = (page: Page): Locator =>
  page.getByRole("grid", { name: en.fleet.allTitle }).or(page.getByRole("list", { name: en.fleet.allTitle }));

/** The connections in the list, in their order. */
export const connectionItems = (page: Page): Locator => {
  const rows = connectionList(page)
    .getByRole("row")
    .filter({ hasNot: page.getByRole("columnheader") });
  return rows.or(connectionList(page).getByRole("listitem"));
};

/** The button that sorts the table by a column. */
export const sortButton = (page: Page, title: string): Locator =>
  page.getByRole("columnheader", { name: title, exact: true }).getByRole("button");

/** The connection with a name in the list. */
export const connectionItem = (page: Page, name: string): Locator => connectionItems(page).filter({ hasText: name });

/** The text field with exactly this label. */
export const textField = (page: Page, label: string): Locator =>
  page.getByRole("textbox", { name: label, exact: true });

/** Disconnects from the menu of a connection's page. */
export async function disconnect(page: Page): Promise<void> {
  await page.getByRole("button", { name: en.more }).click();
  await page.getByRole("menuitem", { name: en.connection.disconnect }).click();
}

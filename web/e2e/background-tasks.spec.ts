import { en } from "../src/i18n/en";
import { expect, test } from "./support/test";

const { about } = en;

test("administrators see what haltere does in the background, and how it ended", async ({ page }) => {
  await page.goto("/about");
  const table = page.getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText([about.task, about.lastRun, about.result]);
  for (const name of Object.values(about.taskNames)) {
    await expect(table.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) })).toHaveCount(1);
  }
  // Every task has a name of ours and a result.
  await expect(table.getByRole("rowheader")).toHaveCount(Object.keys(about.taskNames).length);
  const results = await table.getByRole("row").locator("td:last-child").allTextContents();
  expect(results).toHaveLength(Object.keys(about.taskNames).length);
  for (const result of results) expect(Object.values(about.taskResults)).toContain(result);
});

test("other users don't", async ({ page, haltere, openWindow }) => {
  await haltere.addUser("nina", "viewer");
  await page.close();
  const window = await openWindow("nina");
  await window.goto(`${haltere.url}/about`);
  await expect(window.getByRole("main")).toContainText("0.1.0");
  await expect(window.getByRole("table")).toHaveCount(0);
});

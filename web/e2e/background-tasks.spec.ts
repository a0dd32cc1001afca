import type { BackgroundTask } from "../src/api/schema";
import { en } from "../src/i18n/en";
import { expect, test } from "./support/test";

const { about } = en;

test("administrators see what haltere does in the background, and how it ended", async ({ page, admin }) => {
  // Some tasks depend on the configuration: without TLS no certificate is checked.
  const tasks = (await admin.ask("GET", "/api/system/tasks")) as BackgroundTask[];
  expect(tasks.length).toBeGreaterThan(5);
  const names: Partial<Record<string, string>> = about.taskNames;
  await page.goto("/about");
  const table = page.getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText([about.task, about.lastRun, about.result]);
  await expect(table.getByRole("rowheader")).toHaveCount(tasks.length);
  for (const { name } of tasks) {
    expect(names[name], name).toBeDefined();
    await expect(table.getByRole("rowheader", { name: names[name] ?? name, exact: true })).toHaveCount(1);
  }
  const results = await table.getByRole("row").locator("td:last-child").allTextContents();
  expect(results).toHaveLength(tasks.length);
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

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const RULES: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
  // No active rule needs style sheets or media.
  preload: false,
};

/** The rules whose results depend on the theme. */
const COLOUR_RULES: RunOptions = { ...RULES, runOnly: ["color-contrast", "link-in-text-block"] };

/** Fails if axe finds a violation in the page; `where` names the page. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await expectNoViolation(page, where, RULES);
}

/** The same for what depends on the theme. */
export async function expectAccessibleColours(page: Page, where: string): Promise<void> {
  await expectNoViolation(page, where, COLOUR_RULES);
}

/** Sets the theme of the open page. */
export async function setTheme(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
}

/** Checks a page in the light theme: all rules there, then the colours in the dark theme. */
export async function expectAccessibleInBothThemes(page: Page, where: string): Promise<void> {
  await expectAccessible(page, where);
  await setTheme(page, "dark");
  await expectAccessibleColours(page, `${where}, dark`);
  await setTheme(page, "light");
}

async function expectNoViolation(page: Page, where: string, rules: RunOptions): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  const { violations } = await page.evaluate(
    async (options) => (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run(options),
    rules,
  );
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)}\n${failureSummary}`),
  }));
  expect.soft(found, `accessibility of ${where}`).toEqual([]);
}

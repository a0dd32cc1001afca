import { en } from "../src/i18n/en";
import { connectionItem, connectionItems } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const COUNT = 10_000;

const { fleet } = en;
const name = (number: number) => `Broker ${String(number).padStart(5, "0")}`;

test("ten thousand connections are listed, filtered, scrolled and tabbed through", async ({ page, admin }) => {
  // Takes half a minute on a machine without other work.
  test.slow();
  await admin.load(
    Array.from({ length: COUNT }, (_, number) => ({ id: `b-${number}`, name: name(number), url: UNREACHABLE_URL })),
  );
  await page.goto("/?sort=name");
  await expect(page.getByText(fleet.brokers(COUNT)).first()).toBeVisible({ timeout: 60_000 });
  await expect(connectionItem(page, name(0))).toBeInViewport();
  // Only rows in view are rendered.
  expect(await connectionItems(page).count()).toBeLessThan(100);

  const filter = page.getByRole("searchbox", { name: fleet.filter });
  await filter.pressSequentially("4711");
  await expect(filter).toHaveValue("4711");
  await expect(connectionItems(page)).toHaveText([new RegExp(name(4711))]);
  await filter.press("Escape");
  await expect(connectionItem(page, name(0))).toBeVisible();

  await page.keyboard.press("Tab");
  await page.keyboard.press("End");
  await expect(connectionItem(page, name(COUNT - 1))).toBeInViewport();
  await page.keyboard.press("Home");
  await expect(connectionItem(page, name(0))).toBeAttached();

  // Row by row, beyond the rows that were rendered first.
  await connectionItem(page, name(0)).getByRole("link").focus();
  for (let number = 1; number <= 60; number += 1) {
    await page.keyboard.press("ArrowDown");
    await expect(connectionItem(page, name(number)).getByRole("link")).toBeFocused();
    await expect(connectionItem(page, name(number))).toBeInViewport({ ratio: 1 });
  }
  await page.keyboard.press("Control+End");
  await expect(
    connectionItem(page, name(COUNT - 1))
      .getByRole("gridcell")
      .last(),
  ).toBeFocused();
  await expect(connectionItem(page, name(COUNT - 1))).toBeInViewport({ ratio: 1 });
  await expect(connectionItem(page, name(COUNT - 1))).toHaveAttribute("aria-rowindex", String(COUNT + 1));
  await page.keyboard.press("Control+Home");
  await expect(connectionItem(page, name(0)).getByRole("checkbox")).toBeFocused();
  await connectionItem(page, name(0)).getByRole("link").focus();
  for (let number = 1; number <= 60; number += 1) await page.keyboard.press("ArrowDown");
  await expect(connectionItem(page, name(60)).getByRole("link")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: name(60) })).toBeVisible();
  await page.goBack();
  await expect(connectionItem(page, name(60))).toBeInViewport();

  await page.goto("/?sort=name&view=grid");
  await expect(connectionItem(page, name(0))).toBeVisible();
  expect(await connectionItems(page).count()).toBeLessThan(300);
  await page.keyboard.press("Control+End");
  await expect(connectionItem(page, name(COUNT - 1))).toBeInViewport();
});

import { en } from "../src/i18n/en";
import { activityMessages } from "../src/i18n/en-activity";
import { expectAccessible } from "./support/axe";
import { expect, test } from "./support/test";

const { states } = en;
const { availability, chart } = activityMessages;

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("the availability of a connection is a chart that the keyboard reads, and a table", async ({
      page,
      admin,
      broker,
    }) => {
      await admin.create({ id: "press", name: "Press", url: broker.url });
      await admin.isOnline("press");
      await broker.stop();
      await page.goto("/connections/press/history");
      const figure = page.getByRole("figure", { name: availability.title });
      await expect(figure).toContainText(/Connected [<>]? ?[\d.]+% of the time since/);
      await expect(figure.locator("canvas")).toBeVisible();
      await expectAccessible(page, "history with a chart");

      const cursor = figure.getByRole("slider", { name: chart.cursor(availability.title) });
      await cursor.focus();
      await page.keyboard.press("Home");
      await expect(cursor).toHaveAttribute("aria-valuenow", "1");
      await expect(cursor).toHaveAttribute("aria-valuetext", new RegExp(`${states.online} [\\d.]+%`));
      await page.keyboard.press("ArrowRight");
      await expect(cursor).toHaveAttribute("aria-valuenow", "2");
      await page.keyboard.press("End");
      await expect(cursor).toHaveAttribute("aria-valuenow", "60");
      await page.keyboard.press("Escape");
      await expect(figure).toContainText(chart.hint);

      // The pointer moves the same cursor.
      await figure.locator(".u-over").hover();
      await expect(figure).toContainText(new RegExp(`${states.online} (${chart.noValue}|[\\d.]+%)`));

      await figure.getByRole("button", { name: chart.showTable }).click();
      await expect(figure.getByRole("row")).toHaveCount(61);
      await expectAccessible(page, "history with a table");
    });
  });
}

test("the chart's library is not part of the first page", async ({ page, admin, broker }) => {
  await admin.create({ id: "press", name: "Press", url: broker.url });
  const scripts = () =>
    page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => name)
        .filter((it) => it.includes("Plot")),
    );
  await page.goto("/");
  await expect(page.getByRole("main")).toContainText("Press");
  expect(await scripts()).toEqual([]);
  await page.goto("/connections/press/history");
  await expect(page.getByRole("figure", { name: availability.title }).locator("canvas")).toBeVisible();
  expect(await scripts()).not.toEqual([]);
});

import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { expect, test } from "./support/test";

const BUSY = { code: "UNAVAILABLE", message: "Too much is being sent or received at once" };

/** Answers the first questions who is logged in by itself; how many were asked. */
async function standIn(page: Page, times: number, answer: "busy" | "broken" | "none"): Promise<() => number> {
  let asked = 0;
  await page.route("**/api/profile", async (route) => {
    asked += 1;
    if (asked > times) return route.continue();
    if (answer === "none") return route.abort("connectionreset");
    if (answer === "broken") return route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad</h1>" });
    return route.fulfill({ status: 503, headers: { "Retry-After": "1" }, json: BUSY });
  });
  return () => asked;
}

const fleet = (page: Page) => page.getByRole("heading", { name: en.fleet.empty });

for (const answer of ["busy", "broken", "none"] as const) {
  test(`a first answer that is ${answer} is told, and haltere is asked again`, async ({ page, guard }) => {
    guard.allow(/status of 50[23].*\/api\/profile/, /net::ERR_CONNECTION_RESET.*\/api\/profile/);
    const asked = await standIn(page, 2, answer);
    await page.goto("/");
    const title = answer === "busy" ? en.offline.busy : en.offline.title;
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await expect(page.getByText(en.offline.keepsTrying)).toBeVisible();
    await expect(fleet(page)).toBeVisible();
    expect(asked()).toBeGreaterThan(2);
  });
}

test("whoever does not want to wait asks at once", async ({ page, guard }) => {
  guard.allow(/status of 503.*\/api\/profile/);
  let isBusy = true;
  await page.route("**/api/profile", async (route) =>
    isBusy ? route.fulfill({ status: 503, headers: { "Retry-After": "600" }, json: BUSY }) : route.continue(),
  );
  await page.goto("/connections/press");
  await expect(page.getByRole("alert")).toContainText(BUSY.message);
  await expectAccessible(page, "page without a first answer");
  isBusy = false;
  await page.getByRole("button", { name: en.retry }).click();
  await expect(page.getByRole("heading", { name: en.connection.gone })).toBeVisible();
});

test.describe("in German", () => {
  test.use({ locale: "de-DE" });

  test("the page says so in German, or in English when that does not come", async ({ page, guard }) => {
    guard.allow(/status of 50[23]/);
    await standIn(page, 1, "busy");
    await page.goto("/");
    await expect(page.getByRole("heading", { name: de.offline.busy })).toBeVisible();
    await expect(page.getByRole("button", { name: de.retry })).toBeVisible();
    await page.route(/\/de-[^/]*\.js$/, async (route) => route.fulfill({ status: 503 }));
    await page.reload();
    await expect(fleet(page)).toBeVisible();
  });
});

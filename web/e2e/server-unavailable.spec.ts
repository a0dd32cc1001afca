import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { expect, test } from "./support/test";

const BUSY = { code: "UNAVAILABLE", message: "Too much is being sent or received at once" };

/** Replaces the first responses to the profile request; returns the number of requests. */
async function failFirst(page: Page, times: number, failure: "busy" | "broken" | "none"): Promise<() => number> {
  let requests = 0;
  await page.route("**/api/profile", async (route) => {
    requests += 1;
    if (requests > times) return route.continue();
    if (failure === "none") return route.abort("connectionreset");
    if (failure === "broken") return route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad</h1>" });
    return route.fulfill({ status: 503, headers: { "Retry-After": "1" }, json: BUSY });
  });
  return () => requests;
}

const fleet = (page: Page) => page.getByRole("heading", { name: en.fleet.empty });

for (const failure of ["busy", "broken", "none"] as const) {
  test(`a first response that is ${failure} is reported and requested again`, async ({ page, guard }) => {
    guard.allow(/status of 50[23].*\/api\/profile/, /net::ERR_CONNECTION_RESET.*\/api\/profile/);
    const requests = await failFirst(page, 2, failure);
    await page.goto("/");
    const title = failure === "busy" ? en.offline.busy : en.offline.title;
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await expect(page.getByText(en.offline.keepsTrying)).toBeVisible();
    await expect(fleet(page)).toBeVisible();
    expect(requests()).toBeGreaterThan(2);
  });
}

test("a button retries at once", async ({ page, guard }) => {
  guard.allow(/status of 503.*\/api\/profile/);
  let isBusy = true;
  await page.route("**/api/profile", async (route) =>
    isBusy ? route.fulfill({ status: 503, headers: { "Retry-After": "600" }, json: BUSY }) : route.continue(),
  );
  await page.goto("/connections/press");
  await expect(page.getByRole("alert")).toContainText(BUSY.message);
  await expectAccessible(page, "page without a first response");
  isBusy = false;
  await page.getByRole("button", { name: en.retry }).click();
  await expect(page.getByRole("heading", { name: en.connection.gone })).toBeVisible();
});

test.describe("in German", () => {
  test.use({ locale: "de-DE" });

  test("the page is in German, or in English if the German messages can't be loaded", async ({ page, guard }) => {
    guard.allow(/status of 50[23]/);
    await failFirst(page, 1, "busy");
    await page.goto("/");
    await expect(page.getByRole("heading", { name: de.offline.busy })).toBeVisible();
    await expect(page.getByRole("button", { name: de.retry })).toBeVisible();
    await page.route(/\/de-core-[^/]*\.js$/, async (route) => route.fulfill({ status: 503 }));
    await page.reload();
    await expect(fleet(page)).toBeVisible();
  });
});

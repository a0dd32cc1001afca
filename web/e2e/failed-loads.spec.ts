import type { Locator, Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { activityMessages } from "../src/i18n/en-activity";
import { connectionList } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

/** What of a page is loaded by a request, and what shows that it is there. */
const PARTS: readonly (readonly [name: string, path: string, request: RegExp, content: (page: Page) => Locator])[] = [
  ["sessions", "/profile", /\/api\/profile\/sessions$/, (page) => page.getByText(en.profile.thisSession)],
  ["background tasks", "/administration/about", /\/api\/system\/tasks$/, (page) => page.getByRole("table")],
  ["version", "/administration/about", /\/api\/version$/, (page) => page.getByText("0.1.0", { exact: true })],
  [
    "licences",
    "/administration/about",
    /\/licences\.txt$/,
    (page) => page.getByRole("searchbox", { name: en.about.find }),
  ],
  [
    "activity",
    "/activity",
    /\/api\/activity\?/,
    (page) => page.getByRole("list", { name: activityMessages.activity.list }),
  ],
  ["audit trail", "/administration/audit", /\/api\/audit$/, (page) => page.getByRole("grid")],
];

for (const [name, path, request, content] of PARTS) {
  test(`while it loads, the ${name} have an outline; a failure has a reason, and can be tried again`, async ({
    page,
    guard,
  }) => {
    guard.allow(/status of 500 /);
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isBroken = true;
    await page.route(request, async (route) => {
      await held;
      const json = { code: "INTERNAL_ERROR", message: "An internal server error occurred" };
      await (isBroken ? route.fulfill({ status: 500, json }) : route.continue());
    });
    await page.goto(path);
    await expect(page.locator("main [data-skeleton]").first()).toBeVisible();
    release();

    const reason = page.getByRole("alert");
    await expect(reason).toHaveText(en.errors.refusals["An internal server error occurred"] ?? "");
    const retry = page.getByRole("button", { name: en.retry });
    await retry.focus();
    const failedAgain = page.waitForResponse(request);
    await retry.press("Enter");
    await failedAgain;
    await expect(retry).toHaveAttribute("aria-busy", "false");
    await expect(retry).toBeFocused();
    isBroken = false;
    await retry.press("Enter");
    await expect(content(page)).toBeVisible();
    await expect(reason).toHaveCount(0);
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  });
}

test("the reason goes when the filter of the activity changes", async ({ page, guard }) => {
  const { activity } = activityMessages;
  guard.allow(/status of 500 /);
  await page.route(/\/api\/activity\?/, async (route) => {
    // What the other filter finds is never answered.
    if (route.request().url().includes("kind=")) return;
    const json = { code: "INTERNAL_ERROR", message: "An internal server error occurred" };
    await route.fulfill({ status: 500, json });
  });
  await page.goto("/activity");
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel(activity.kind).selectOption(activity.kinds.connections);
  await expect(page.locator("main [data-skeleton]").first()).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("when older activity can't be loaded, the reason is shown, and the button tries again", async ({
  page,
  guard,
}) => {
  const { activity } = activityMessages;
  guard.allow(/status of 500 /);
  let isBroken = true;
  await page.route(/\/api\/activity\?/, async (route) => {
    if (!route.request().url().includes("cursor")) {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "x-next-cursor": "older" } });
    } else if (isBroken) {
      const json = { code: "INTERNAL_ERROR", message: "An internal server error occurred" };
      await route.fulfill({ status: 500, json });
    } else {
      await route.fulfill({ json: [] });
    }
  });
  await page.goto("/activity");
  const more = page.getByRole("button", { name: activity.more });
  await more.focus();
  const failed = page.waitForResponse((response) => response.status() === 500);
  await more.press("Enter");
  await failed;
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(more).toHaveAttribute("aria-busy", "false");
  await expect(more).toBeFocused();
  isBroken = false;
  await more.press("Enter");
  await expect(page.getByText(activity.end)).toBeFocused();
});

test("a copy of a connection that does not exist is no empty form", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/new?from=oven");
  await expect(page.getByRole("heading", { name: en.connection.gone })).toBeVisible();
  await page.getByRole("link", { name: en.errors.toFleet }).click();
  await expect(connectionList(page)).toBeVisible();

  // Once it is filled in, it stays.
  await page.goto("/new?from=press");
  const name = page.getByRole("textbox", { name: en.form.name, exact: true });
  await expect(name).toHaveValue(en.duplicate.name("Press"));
  await name.fill("Press 2");
  await admin.delete("press");
  await admin.create({ id: "belt", name: "Belt", url: UNREACHABLE_URL });
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Press 2" })).toBeVisible();
});

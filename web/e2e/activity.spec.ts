import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { activityMessages } from "../src/i18n/en-activity";
import { expectAccessible } from "./support/axe";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { states } = en;
const { activity } = activityMessages;

const lines = (page: Page) => page.getByRole("list", { name: activity.list }).locator(":scope > li");

const labelChoice = (page: Page) => page.getByRole("combobox", { name: activity.label });

test("what changes is listed newest first, with the user who changed it", async ({ page, admin, broker }) => {
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await admin.isOnline("press");
  await page.goto("/");
  await page.getByRole("navigation").getByRole("link", { name: en.nav.activity }).click();
  await expect(lines(page)).toHaveText([
    new RegExp(`Press ${states.online}`),
    new RegExp(`Press ${activity.actions["connection.create"]}.*by .*admin`),
    new RegExp(`${activity.actions["session.login"]}`),
    new RegExp(`admin ${activity.actions["user.create"]}`),
  ]);
  await expectAccessible(page, "activity");

  // Live: neither a reload nor a click.
  await broker.stop();
  await expect(lines(page).filter({ hasText: "ECONNREFUSED" })).toHaveCount(1);
  await admin.disconnect("press");
  await expect(lines(page).first()).toContainText(states.idle);
  await expect(lines(page).nth(1)).toContainText(activity.actions["connection.disconnect"] ?? "");

  await lines(page).first().getByRole("link", { name: "Press" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Press" })).toBeVisible();
});

test("brokers that fail alike are one line that opens", async ({ page, admin }) => {
  await admin.load(Array.from({ length: 8 }, (_, n) => ({ name: `Press ${n}`, url: UNREACHABLE_URL })));
  await page.goto("/activity?kind=status");
  const group = lines(page)
    .first()
    .getByRole("button", { name: `${activity.brokers(8)} ${states.down}` });
  await expect(group).toBeVisible();
  await group.click();
  await expect(lines(page).first().getByRole("listitem")).toHaveCount(8);
  await expectAccessible(page, "an open group");
});

test("filters are in the URL: they survive reload, sharing and going back", async ({ page, admin, openWindow }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL });
  await page.goto("/activity");
  const created = activity.actions["connection.create"] ?? "";
  await page.getByLabel(activity.kind).selectOption(activity.kinds.connections);
  await expect(lines(page)).toHaveText([new RegExp(`Oven ${created}`), new RegExp(`Press ${created}`)]);
  await page.getByLabel(activity.period).selectOption(activity.periods.hour);
  await page.getByLabel(activity.user).fill("admin");
  await expect(page).toHaveURL(/\/activity\?/);
  await expect(lines(page)).toHaveCount(2);

  const colleague = await openWindow();
  await colleague.goto(page.url());
  await expect(lines(colleague)).toHaveCount(2);
  await expect(colleague.getByLabel(activity.user)).toHaveValue("admin");
  await lines(page).first().getByRole("link", { name: "Oven" }).click();
  await page.goBack();
  await expect(page.getByLabel(activity.kind)).toHaveValue("connections");

  await page.getByLabel(activity.user).fill("somebody");
  await expect(page.getByText(activity.none)).toBeVisible();
  await page.goto("/activity?connection=press&kind=connections");
  await expect(lines(page)).toHaveText([new RegExp(`Press ${created}`)]);
  await page.getByRole("button", { name: `${activity.clear}: Press` }).click();
  await expect(lines(page)).toHaveCount(2);
});

test("older changes are shown on demand", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  for (let n = 0; n < 105; n += 1) await admin.ask("PATCH", "/api/connections/press", { name: `Press ${n}` });
  await page.goto("/activity?kind=connections");
  await expect(lines(page)).toHaveCount(100);
  await page.getByRole("button", { name: activity.more }).click();
  await expect(lines(page)).toHaveCount(106);
  await expect(page.getByRole("button", { name: activity.more })).toBeHidden();
});

test("a change requests only the newest page, and is put in front of the older ones", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  for (let n = 0; n < 105; n += 1) await admin.ask("PATCH", "/api/connections/press", { name: `Press ${n}` });
  await page.goto("/activity?kind=connections");
  await page.getByRole("button", { name: activity.more }).click();
  await expect(lines(page)).toHaveCount(106);
  const requests: string[] = [];
  page.on("request", (request) => request.url().includes("/api/activity") && requests.push(request.url()));
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL });
  await expect(lines(page)).toHaveCount(107);
  await expect(lines(page).first()).toContainText(`Oven ${activity.actions["connection.create"]}`);
  await expect(lines(page).last()).toContainText(activity.actions["connection.create"] ?? "");
  expect(requests.length).toBeLessThanOrEqual(2);
  expect(requests.filter((url) => url.includes("cursor"))).toEqual([]);
});

test("labels select the entries about their connections", async ({ page, admin, guard }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL, labels: { site: "graz" } });
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL, labels: { site: "linz" } });
  await page.goto("/activity?kind=connections");
  const created = activity.actions["connection.create"] ?? "";
  await expect(lines(page)).toHaveCount(2);
  await labelChoice(page).selectOption("site=graz");
  await expect(lines(page)).toHaveText([new RegExp(`Press ${created}`)]);
  await expectAccessible(page, "activity of a label");
  await labelChoice(page).selectOption(activity.allLabels);
  await expect(lines(page)).toHaveCount(2);
  await page.goto(`/activity?kind=connections&label=${encodeURIComponent("site!=graz")}`);
  await expect(lines(page)).toHaveText([new RegExp(`Oven ${created}`)]);
  await expect(labelChoice(page)).toHaveValue("site!=graz");
  guard.allow(/status of 400 .*\/api\/activity/);
  await page.goto(`/activity?label=${encodeURIComponent("=")}`);
  await expect(page.getByRole("alert")).toBeVisible();
});

test.describe("a viewer", () => {
  test.use({ loggedInAs: "" });

  test("sees the state of links, and not what users did", async ({ page, context, haltere, admin }) => {
    await haltere.addUser("ann", "viewer");
    await haltere.addSession(context, "ann");
    await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
    await page.goto("/activity");
    await expect(lines(page)).toHaveText([new RegExp(`Press ${states.down}`)]);
    await expect(page.getByLabel(activity.user)).toBeHidden();
    await expect(page.getByLabel(activity.kind).getByRole("option")).toHaveText([
      activity.kinds.all,
      activity.kinds.status,
      activity.kinds.failures,
    ]);
  });
});

test("a page without matches is not the end of the list", async ({ page }) => {
  await page.goto("/activity?kind=connections");
  await expect(page.getByText(activity.none)).toBeVisible();
  // As if there were more entries of other kinds than a request goes through.
  await page.route(/\/api\/activity\?/, async (route) =>
    route.fulfill({ json: [], headers: route.request().url().includes("cursor") ? {} : { "X-Next-Cursor": "older" } }),
  );
  await page.reload();
  await expect(page.getByText(activity.noneYet)).toBeVisible();
  await page.getByRole("button", { name: activity.more }).click();
  await expect(page.getByText(activity.none)).toBeVisible();
  await expect(page.getByRole("button", { name: activity.more })).toBeHidden();
});

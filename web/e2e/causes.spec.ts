import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { connectionItems, connectionList } from "./support/locators";
import { expect, test } from "./support/test";

const { fleet } = en;

/** Ports that refuse: nothing listens below 20 on a machine that runs tests. */
const REFUSING = [3, 4] as const;

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, number) => `${prefix} ${number}`);
const wrong = (page: Page) => page.getByRole("region", { name: fleet.failuresTitle });

test("brokers that fail with one code at two addresses are one cause that opens into two", async ({ page, admin }) => {
  await admin.load([
    ...names("Old", 3).map((name) => ({ name, url: `mqtt://127.0.0.1:${REFUSING[0]}` })),
    ...names("New", 4).map((name) => ({ name, url: `mqtt://127.0.0.1:${REFUSING[1]}` })),
  ]);
  await page.goto("/");
  const cause = wrong(page).getByRole("button", { name: `7 brokers refuse the connection · ${fleet.addresses(2)}` });
  await expect(cause).toHaveAttribute("aria-expanded", "false");
  await expect(wrong(page)).toContainText(fleet.allFresh);
  await expectAccessible(page, "a cause with two addresses");
  await cause.click();
  await expect(wrong(page).getByText(`127.0.0.1:${REFUSING[0]} refused`)).toBeVisible();
  await expect(wrong(page).getByText(`127.0.0.1:${REFUSING[1]} refused`)).toBeVisible();
  await expectAccessible(page, "an open cause");

  // Each leads to its brokers and to no others.
  await wrong(page)
    .getByRole("button", { name: fleet.showBrokers(3) })
    .click();
  await expect(connectionItems(page)).toHaveText([/Old 0/, /Old 1/, /Old 2/]);
});

test("five causes are shown at first, and unreadable connections are one", async ({ page, admin, haltere }) => {
  const credentials = { username: "haltere", password: "lost" };
  await admin.load([
    ...["mqtt://127.0.0.1:3", "mqtts://127.0.0.1:3", "mqtt://nowhere.invalid"].map((url, number) => ({
      name: `Down ${number}`,
      url,
    })),
    { id: "lost", name: "Lost", url: "mqtt://127.0.0.1:3", credentials },
  ]);
  await page.goto("about:blank");
  await haltere.stop();
  await haltere.damage("lost");
  await haltere.start();
  await page.goto(haltere.url);
  await expect(page.getByRole("status")).toContainText(`${fleet.someDown(3, 4)} ${fleet.someUnreadable(1)}`);
  await expect(wrong(page)).toContainText(en.stateDescriptions.unreadable);
  await expect(wrong(page).getByRole("link", { name: "Lost" })).toBeVisible();
});

for (const [where, width, height] of [
  ["desktop", 1280, 800],
  ["phone", 360, 740],
] as const) {
  test(`a filter shows its list where one looks, on a ${where}`, async ({ page, admin }) => {
    await page.setViewportSize({ width, height });
    // Many causes: the list would be far below them.
    await admin.load(
      Array.from({ length: 24 }, (_, number) => ({
        name: `Press-${number}`,
        url: ["mqtt://127.0.0.1:3", "mqtts://press.invalid", "ws://127.0.0.1:3", "mqtt://oven.invalid"][number % 4]!,
      })),
    );
    await page.goto("/");
    await expect(page.getByRole("status")).toHaveText(fleet.someDown(24, 24));
    await page.getByRole("button", { name: `24 ${en.states.down}` }).click();
    await expect(connectionList(page).getByRole("link").first()).toBeInViewport();
    await expect(wrong(page)).toContainText(/in the whole fleet/);

    // So does a shared link.
    await page.goto("/?q=press-7");
    await expect(connectionItems(page)).toHaveText([/Press-7/]);
    await expect(connectionItems(page).first()).toBeInViewport();
    await wrong(page).getByRole("button", { name: fleet.showCauses }).click();
    await expect(wrong(page).getByRole("listitem").first()).toBeVisible();
    await expect(page.getByRole("searchbox")).toHaveValue("");
  });
}

test("a connection that is down is tried at once, tested on its page, and the way back keeps the filter", async ({
  page,
  admin,
  startBroker,
}) => {
  const broker = await startBroker();
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await admin.isOnline("press");
  await broker.stop();
  await page.goto("/?state=down");
  await connectionItems(page).getByRole("link", { name: "Press" }).click();
  await expect(page.getByRole("main")).toContainText("ECONNREFUSED");
  await page.getByRole("button", { name: en.form.test }).click();
  const panel = page.getByRole("region", { name: en.form.test });
  await expect(panel).toContainText("ECONNREFUSED");
  await expectAccessible(page, "connection with a test");
  await panel.getByRole("button", { name: en.close }).click();
  await expect(panel).toBeHidden();

  await broker.start();
  await page.getByRole("button", { name: en.connection.tryNow }).click();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await expect(page.getByRole("button", { name: en.connection.tryNow })).toBeHidden();
  await page.getByRole("link", { name: en.connection.back }).click();
  await expect(page).toHaveURL(/\?state=down$/);
});

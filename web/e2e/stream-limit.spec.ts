import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { connectionItems } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

test("a window beyond the limit says so, shows the fleet, and goes live when there is room", async ({
  page,
  admin,
  guard,
}) => {
  guard.allow(/status of 429 .*\/api\/events/);
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  const release = await admin.takeAllStreams();
  await page.goto("/");
  const banner = page.getByRole("status").filter({ hasText: en.offline.notLive });
  await expect(banner).toContainText(en.offline.limits["streams"] ?? "");
  const list = connectionItems(page);
  await expect(list).toHaveText([/Press/]);
  await expectAccessible(page, "window that is not live");

  // Each attempt refreshes the fleet, even without a stream.
  await admin.create({ id: "oven", name: "Oven", url: UNREACHABLE_URL });
  await expect(list).toHaveCount(2, { timeout: 25_000 });
  release();
  await expect(banner).toBeHidden({ timeout: 25_000 });
  await admin.delete("oven");
  await expect(list).toHaveText([/Press/]);
});

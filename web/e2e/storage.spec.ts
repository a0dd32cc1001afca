import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { disconnect } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const REPLACED = "the database's files were removed or replaced";

test("administrators see that the database was moved away, until it is back", async ({
  page,
  openWindow,
  haltere,
  admin,
  guard,
}) => {
  guard.allow(/status of 503 .*\/readyz$/, /status of 500 .*\/api\/connections/);
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await haltere.addUser("nina", "connectionManager");
  const other = await openWindow("nina");
  await Promise.all([page.goto("/connections/press"), other.goto(`${haltere.url}/connections/press`)]);
  const words = en.storage.reasons[REPLACED];
  if (!words) throw new Error("there are words for it");
  const banner = page.getByRole("status").filter({ hasText: words.title });
  await expect(page.getByRole("button", { name: en.more })).toBeVisible();
  await expect(banner).toBeHidden();

  haltere.moveData(true);
  const ready = async () => (await fetch(`${haltere.url}/readyz`)).status;
  await expect.poll(ready).toBe(503);
  // A refused change shows it at once; otherwise the console polls once a minute.
  await disconnect(page);
  await expect(page.getByRole("alert")).toContainText(words.title);
  await expect(banner).toContainText(words.how);
  await expectAccessible(page, "banner of a replaced database");
  // Other users see it when a change is refused.
  await disconnect(other);
  await expect(other.getByRole("alert")).toContainText(words.title);
  await expect(other.getByRole("status").filter({ hasText: words.title })).toBeHidden();

  haltere.moveData(false);
  await expect.poll(ready).toBe(200);
  await expect(banner).toBeHidden({ timeout: 15_000 });
  await page.getByRole("button", { name: en.close }).click();
  await disconnect(page);
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.idle);
});

import type { Locator, Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { activityMessages } from "../src/i18n/en-activity";
import { populate } from "./support/fleet";
import { connectionItems, connectionList, textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { activity } = activityMessages;
const { fleet, form, profile } = en;

/** Uses a control by keyboard, which removes it; then the focus is at `next`. */
async function expectFocusAfter(control: Locator, next: Locator): Promise<void> {
  await control.focus();
  await control.press("Enter");
  await expect(control).toBeHidden();
  await expect(next).toBeFocused();
}

const searchField = (page: Page) => page.getByRole("searchbox", { name: fleet.filter });
const clear = (page: Page, text: string) => page.getByRole("button", { name: `${fleet.clearFilter}: ${text}` });

test("controls of the fleet that go with their own click leave the focus next to them", async ({
  page,
  admin,
  broker,
}) => {
  await populate(admin, broker);
  await page.goto("/?state=down&code=ECONNREFUSED");
  await expectFocusAfter(clear(page, "ECONNREFUSED"), searchField(page));
  await expectFocusAfter(clear(page, en.states.down), searchField(page));

  await searchField(page).fill("kiln");
  await expect(connectionItems(page)).toHaveCount(1);
  await expectFocusAfter(page.getByRole("button", { name: fleet.clearFilter, exact: true }), searchField(page));

  // In the table and in the grid.
  for (const view of ["", "&view=grid"]) {
    await page.goto(`/?q=zzz${view}`);
    await expectFocusAfter(
      page.getByRole("link", { name: fleet.clearFilter }),
      page.getByRole("heading", { name: fleet.allTitle }),
    );
  }

  await page.goto("/");
  await page.getByRole("checkbox", { name: fleet.select("Press") }).check();
  const bar = page.getByRole("toolbar", { name: fleet.selected(1) });
  await expectFocusAfter(bar.getByRole("button", { name: en.cancel }), connectionList(page).locator(":focus"));

  // The count of a state that no broker has is shown only while it is the filter.
  await page.goto("/?state=unreadable");
  const none = page.getByRole("button", { name: `0 ${en.states.unreadable}` });
  await expectFocusAfter(none, searchField(page));
});

test("the filter of Activity by one connection leaves the focus at the other filters", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/activity?connection=press");
  await expectFocusAfter(
    page.getByRole("button", { name: `${activity.clear}: Press` }),
    page.getByRole("combobox", { name: activity.kind }),
  );
});

test("after the suggested URL is taken, the focus is in its field", async ({ page }) => {
  await page.goto("/new");
  const url = textField(page, form.url);
  await url.fill("broker.example");
  await url.press("Tab");
  await expectFocusAfter(page.getByRole("button", { name: "mqtts://broker.example:8883" }), url);
});

test("after the result of a test is closed, the focus is at the button that started it", async ({ page, admin }) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  await page.goto("/connections/press");
  const test = page.getByRole("button", { name: form.test });
  await test.click();
  const result = page.getByRole("region", { name: form.test });
  await expect(result).toContainText("ECONNREFUSED");
  await expectFocusAfter(result.getByRole("button", { name: en.close }), test);
});

test("after sessions are logged out, the focus is on the list of sessions", async ({ page, openWindow, guard }) => {
  guard.allow(/status of 401 /);
  await (await openWindow()).goto("/administration/about");
  await page.goto("/profile");
  const sessions = page.getByRole("list", { name: profile.sessions });
  await expectFocusAfter(page.getByRole("button", { name: profile.endOthers }), sessions);
});

test("after a notification goes, the focus is where it was before, or on the heading if that is gone", async ({
  page,
  admin,
}) => {
  await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
  const outcome = (text: string) => page.getByRole("status").filter({ hasText: text });
  const undo = (text: string) => outcome(text).getByRole("button", { name: en.undo });
  const heading = page.getByRole("heading", { level: 1 });

  // The dialog that changed it is gone with its selection.
  await page.goto("/");
  await page.getByRole("checkbox", { name: fleet.select("Press") }).check();
  await page.getByRole("button", { name: fleet.disconnect, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: fleet.disconnect }).click();
  await expectFocusAfter(undo(en.bulk.done.disconnect(1)), heading);
  await expect(outcome(en.bulk.done.connect(1))).toBeVisible();

  await page.goto("/connections/press/edit");
  await textField(page, form.name).fill("Press 2");
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Press 2" })).toBeVisible();
  await expectFocusAfter(page.getByRole("button", { name: en.undo }), heading);
  await expect(page.getByRole("heading", { level: 1, name: "Press", exact: true })).toBeVisible();

  const more = page.getByRole("button", { name: en.more });
  const disconnect = async () => {
    await more.click();
    await page.getByRole("menuitem", { name: en.connection.disconnect }).click();
    await expect(more).toBeFocused();
  };
  await disconnect();
  await expectFocusAfter(undo(en.outcome.disconnected("Press")), more);
  await expect(page.getByRole("button", { name: en.connection.tryNow })).toBeVisible();
  await expect(more).toBeFocused();
  await disconnect();
  const close = outcome(en.outcome.disconnected("Press")).getByRole("button", { name: en.close });
  await expectFocusAfter(close, more);

  await page.goto("/administration/plugins");
  const tls = page.getByRole("switch", { name: /^tls / });
  await tls.focus();
  await tls.press("Space");
  await expectFocusAfter(undo(en.settings.switched("tls", false)), tls);
  await expect(tls).toBeChecked();
  await expect(tls).toBeFocused();
});

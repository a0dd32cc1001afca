import { en } from "../src/i18n/en";
import { SERVER_DOWN, UNAUTHORIZED } from "./support/guard";
import { connectionNamed } from "./support/fleet";
import { connectionItems, disconnect, sortButton, textField } from "./support/locators";
import { freePort, UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

test("a change in one window appears in another at once", async ({ page, openWindow, admin, broker }) => {
  await admin.create({ id: "press", name: "Press", url: broker.url });
  const other = await openWindow();
  await Promise.all([page.goto("/"), other.goto("/")]);
  await expect(connectionItems(page)).toHaveText([/Press.*Connected/]);
  await expect(connectionItems(other)).toHaveText([/Press.*Connected/]);

  await page.goto("/connections/press");
  await disconnect(page);
  await expect(connectionItems(other)).toHaveText([/Press.*Disconnected/]);
  await page.getByRole("link", { name: en.connection.edit }).click();
  await textField(page, en.form.name).fill("Press 5");
  await page.getByRole("button", { name: en.save }).click();
  await expect(connectionItems(other)).toHaveText([/Press 5.*Disconnected/]);

  await page.goto("/new");
  await textField(page, en.form.name).fill("Oven");
  await textField(page, en.form.url).fill(UNREACHABLE_URL);
  await page.getByRole("button", { name: en.save }).click();
  await expect(connectionItems(other)).toHaveText([/Oven.*Down.*ECONNREFUSED/, /Press 5/]);
  await admin.delete("press");
  await expect(connectionItems(other)).toHaveText([/Oven/]);
});

test("screen readers get the state of the fleet at intervals, not with each change", async ({
  page,
  admin,
  broker,
}) => {
  await admin.load(["Press", "Belt", "Oven"].map((name) => connectionNamed(name, broker.url)));
  await page.clock.install();
  await page.goto("/");
  const announced = page.getByRole("status");
  await expect(announced).toHaveText(en.fleet.allWell(3));
  await page.clock.runFor(10_000);
  await page.clock.pauseAt(Date.now() + 60_000);
  /** Waits for the sentence that is shown, while little time passes in the page. */
  const shows = async (sentence: string) => {
    const shown = page.getByRole("main").locator("p[aria-hidden]");
    const step = async () => {
      await page.clock.runFor(10);
      return shown.textContent();
    };
    await expect.poll(step).toBe(sentence);
  };
  // A first change is announced at once, those that follow together.
  await admin.disconnect("press");
  await shows(en.fleet.allWell(2));
  await expect(announced).toHaveText(en.fleet.allWell(2));
  await admin.disconnect("belt");
  await shows(en.fleet.allWell(1));
  await admin.disconnect("oven");
  await shows(en.fleet.allIdle);
  await expect(announced).toHaveText(en.fleet.allWell(2));
  await page.clock.runFor(5_000);
  await expect(announced).toHaveText(en.fleet.allIdle);
});

test("rows keep their order under the pointer", async ({ page, admin, startBroker }) => {
  const [press, belts] = await Promise.all([startBroker(), startBroker()]);
  // Few enough that all rows are rendered.
  const names = Array.from({ length: 8 }, (_, number) => `Belt ${number + 10}`);
  await admin.load([...names.map((name) => ({ name, url: belts.url })), { name: "Press", url: press.url }]);
  await page.goto("/");
  await expect(page.getByRole("status")).toHaveText(en.fleet.allWell(9));
  await expect(connectionItems(page).last()).toHaveText(/Press.*Connected/);
  await connectionItems(page).nth(4).hover();
  await press.stop();
  // The content of a row is live; its position is frozen while the pointer is over the list.
  await expect(connectionItems(page).last()).toHaveText(/Press.*Down/);
  await expect(connectionItems(page).first()).toHaveText(/Belt 10/);
  // A requested order takes effect nevertheless.
  await sortButton(page, en.fleet.name).click();
  await sortButton(page, en.fleet.name).click();
  await expect(connectionItems(page).first()).toHaveText(/Press.*Down/);
  await sortButton(page, en.fleet.name).click();
  await expect(connectionItems(page).first()).toHaveText(/Belt 10/);
  await sortButton(page, en.fleet.state).click();
  await expect(connectionItems(page).first()).toHaveText(/Press.*Down/);
});

test.describe("while haltere is unreachable", () => {
  // haltere has to restart on the same port.
  test.use({ settings: async ({}, provide) => provide({ HALTERE_LISTEN: `127.0.0.1:${await freePort()}` }) });

  test("the console says how old its data is, and recovers by itself", async ({
    page,
    openWindow,
    haltere,
    admin,
    broker,
    guard,
  }) => {
    guard.allow(SERVER_DOWN);
    await admin.create({ id: "press", name: "Press", url: broker.url });
    const typing = await openWindow();
    await Promise.all([page.goto("/"), typing.goto("/new")]);
    await expect(connectionItems(page)).toHaveText([/Press.*Connected/]);
    await textField(typing, en.form.name).fill("Half a na");

    await haltere.stop();
    const banner = page.getByRole("status").filter({ hasText: en.offline.title });
    await expect(banner).toContainText(/Showing data from \d+ (sec|seconds)\.? ago/);
    await expect(connectionItems(page)).toHaveText([/Press/]);
    await expect(typing.getByRole("status").filter({ hasText: en.offline.title })).toBeVisible();

    await haltere.start();
    await expect(banner).toBeHidden();
    await expect(connectionItems(page)).toHaveText([/Press.*Connected/]);
    // The stream is live again, too.
    await admin.disconnect("press");
    await expect(connectionItems(page)).toHaveText([/Press.*Disconnected/]);

    const name = textField(typing, en.form.name);
    await expect(name).toHaveValue("Half a na");
    await textField(typing, en.form.url).fill(UNREACHABLE_URL);
    await typing.getByRole("button", { name: en.save }).click();
    await expect(connectionItems(page)).toHaveText([/Half a na/, /Press/]);
  });

  test("a page open over a restart shows the gap in the history", async ({ page, haltere, admin, broker, guard }) => {
    guard.allow(SERVER_DOWN);
    await admin.create({ id: "press", name: "Press", url: broker.url });
    await page.goto("/connections/press/history");
    const history = page.getByRole("list", { name: en.timeline.changes }).getByRole("listitem");
    await expect(history.first()).toContainText(en.states.online);
    await expect(history.filter({ hasText: en.states.unobserved })).toHaveCount(0);
    await haltere.stop();
    await haltere.start();
    await expect(history.filter({ hasText: en.states.unobserved })).toHaveCount(1);
    await expect(history.first()).toContainText(en.states.online);
  });

  test("a failed log out says so, and works later", async ({ page, haltere, guard }) => {
    guard.allow(SERVER_DOWN);
    // The notifications load after the page.
    const notifications = page.waitForResponse(/notification[^/]*\.js$/i);
    await page.goto("/");
    await (await notifications).finished();
    const logOut = page.getByRole("menuitem", { name: en.nav.logOut });
    await page.getByRole("button", { name: en.nav.profile }).click();
    await expect(logOut).toBeVisible();
    await haltere.stop();
    await logOut.click();
    await expect(page.getByRole("alert")).toContainText(en.errors.unreachable);
    await haltere.start();
    await page.getByRole("button", { name: en.nav.profile }).click();
    guard.allow(UNAUTHORIZED);
    await logOut.click();
    await expect(page.getByLabel(en.login.password, { exact: true })).toBeVisible();
  });

  test("a change fails meanwhile, and can be repeated", async ({ page, haltere, admin, guard }) => {
    guard.allow(SERVER_DOWN);
    await admin.create({ id: "press", name: "Press", url: UNREACHABLE_URL });
    await page.goto("/connections/press/edit");
    const name = textField(page, en.form.name);
    await name.fill("Press 5");
    await haltere.stop();
    await page.getByRole("button", { name: en.save }).click();
    await expect(page.getByRole("alert")).toContainText(en.errors.unreachable);
    await expect(name).toHaveValue("Press 5");
    await haltere.start();
    await page.getByRole("button", { name: en.save }).click();
    await expect(page.getByRole("heading", { name: "Press 5" })).toBeVisible();
  });
});

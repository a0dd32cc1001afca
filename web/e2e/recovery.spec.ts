import { en } from "../src/i18n/en";
import { advice } from "../src/i18n/en-advice";
import { expectAccessible } from "./support/axe";
import { connectionItems } from "./support/locators";
import { expect, test } from "./support/test";

test("a failed broker shows the cause, and recovers without a click", async ({ page, admin, broker }) => {
  await admin.create({ id: "press-4", name: "Press 4", url: broker.url });
  await page.goto("/connections/press-4");
  const state = page.getByRole("main");
  await expect(state.getByText(en.stateDescriptions.online)).toBeVisible();
  await expect(page.getByRole("region", { name: en.connection.broker })).toContainText("mosquitto version 2.");

  await broker.stop();
  // First closed, from the next attempt on refused.
  await expect(state.getByText("ECONNREFUSED").first()).toBeVisible();
  await expect(state).toContainText(`127.0.0.1:${broker.port}`);
  await expect(state).toContainText(en.stages.tcp);
  await expect(state).toContainText(advice.checkListening.split(":")[0] ?? "");
  await expect(state).toContainText("127.0.0.1 is the machine");
  // It was reached before, so it needs no advice about how to listen.
  await expect(state).toContainText(/Was connected until .* \d\d:\d\d:\d\d/);
  await expect(state).not.toContainText("without a listener");
  await expect(state).toContainText(/attempt \d+ · (next try in \d+s|trying now)/);

  await broker.start();
  await expect(state.getByText(en.stateDescriptions.online)).toBeVisible();
  // The history keeps both.
  await page.getByRole("link", { name: en.connection.history }).click();
  const history = page.getByRole("list", { name: en.timeline.changes }).getByRole("listitem");
  await expect(history.first()).toContainText(en.states.online);
  await expect(history.filter({ hasText: "ECONNCLOSED" })).toHaveCount(1);
  await expect(history.filter({ hasText: "ECONNREFUSED" })).not.toHaveCount(0);
});

test("the fleet's state is one sentence, and failures are named", async ({ page, admin, startBroker }) => {
  const [press, oven] = await Promise.all([startBroker(), startBroker()]);
  await admin.create({ id: "press", name: "Press", url: press.url });
  await admin.create({ id: "oven", name: "Oven", url: oven.url });
  await page.goto("/");
  const sentence = page.getByRole("status");
  await expect(sentence).toHaveText("All 2 brokers are connected.");

  await oven.stop();
  await expect(sentence).toHaveText("1 of 2 brokers is down.");
  await expect(page).toHaveTitle(/^\(1\) Fleet/);
  const wrong = page.getByRole("region", { name: en.fleet.failuresTitle });
  await expect(wrong.getByText("ECONNREFUSED")).toBeVisible();
  await expect(wrong.getByRole("link", { name: "Oven" })).toBeVisible();
  await expect(wrong.getByRole("link", { name: "Press" })).toBeHidden();

  await oven.start();
  await expect(sentence).toHaveText("All 2 brokers are connected.");
  await expect(wrong).toBeHidden();
  await expect(page).toHaveTitle(/^Fleet/);
});

test("an unreadable connection says so, and is repaired by entering the lost secret", async ({
  page,
  admin,
  haltere,
  startBroker,
}) => {
  const user = { name: "haltere", password: "lost in the dark" };
  const broker = await startBroker({ user });
  const credentials = { username: user.name, password: user.password };
  await admin.create({ id: "press", name: "Press", url: broker.url, credentials });
  await haltere.stop();
  await haltere.damage("press");
  await haltere.start();

  await page.goto(`${haltere.url}/`);
  const row = connectionItems(page);
  await expect(row).toHaveText([/Press.*Unreadable/]);
  await row.getByRole("link", { name: "Press" }).click();
  const main = page.getByRole("main");
  await expect(main).toContainText(en.stateDescriptions.unreadable);
  await expect(main).toContainText(en.connection.nextSteps);
  await expectAccessible(page, "connection that can't be read");

  await page.getByRole("link", { name: en.connection.edit }).click();
  await page.getByLabel(en.form.password, { exact: true }).fill(user.password);
  await page.getByRole("button", { name: en.form.test }).click();
  await expect(page.getByRole("region", { name: en.form.test })).toContainText(en.form.works);
  await page.getByRole("button", { name: en.save }).click();
  await expect(main).toContainText(en.stateDescriptions.online);
});

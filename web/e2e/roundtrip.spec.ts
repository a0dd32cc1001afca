import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { textField } from "./support/locators";
import { expect, test } from "./support/test";

const { form } = en;

async function testWithTopic(page: Page, url: string, topic: string) {
  await page.goto("/new");
  await textField(page, form.url).fill(url);
  await page.getByRole("button", { name: form.advanced, exact: true }).click();
  await textField(page, form.roundtrip).fill(topic);
  await page.getByRole("button", { name: form.test, exact: true }).click();
  const panel = page.getByRole("region", { name: form.test });
  return { panel, stage: panel.getByRole("listitem").filter({ hasText: en.stageNames.roundtrip }) };
}

test("a test sends a message to a topic and waits for it; the topic is not part of the connection", async ({
  page,
  admin,
  broker,
}) => {
  const { panel, stage } = await testWithTopic(page, broker.url, "plant/haltere-test");
  await expect(panel).toContainText(form.works);
  await expect(stage.getByLabel(form.passed)).toBeVisible();
  await expect(stage).toContainText(/\d ms/);
  await expectAccessible(page, "form after a round trip");
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  expect(JSON.stringify(await admin.connections())).not.toContain("plant/haltere-test");
  // Without a topic there is no such stage, and a topic alone is nothing to save.
  await page.getByRole("link", { name: en.connection.edit }).click();
  await page.getByRole("button", { name: form.advanced, exact: true }).click();
  await expect(textField(page, form.roundtrip)).toHaveValue("");
  await textField(page, form.roundtrip).fill("plant/x");
  await page.getByRole("button", { name: en.cancel }).click();
  await expect(page.getByRole("heading", { name: "127.0.0.1" })).toBeVisible();
});

test("a broker whose rules refuse the topic fails in that stage, with what to do", async ({ page, startBroker }) => {
  const broker = await startBroker({ acl: "topic read $SYS/#\n" });
  const { panel, stage } = await testWithTopic(page, broker.url, "plant/haltere-test");
  await expect(stage.getByLabel(form.failed)).toBeVisible();
  await expect(panel).toContainText("NOT_AUTHORIZED");
  await expect(panel).not.toContainText(form.works);
});

test("a topic with a wildcard is refused at its field", async ({ page, guard, broker }) => {
  guard.allow(/status of 400 .*\/api\/connection-test/);
  await testWithTopic(page, broker.url, "plant/#");
  const field = textField(page, form.roundtrip);
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute("aria-invalid", "true");
});

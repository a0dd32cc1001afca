import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import { startFakeBroker } from "./support/fake-broker";
import { textField } from "./support/locators";
import { expect, test } from "./support/test";

const { connection, form } = en;

for (const [onSubscribe, sys] of [
  ["ends the session", "endsSession"],
  ["refuses", "denied"],
] as const) {
  test(`a broker that ${onSubscribe} when asked for $SYS stays up, and its page says why there is no version`, async ({
    page,
    admin,
  }) => {
    const broker = await startFakeBroker({ onSubscribe });
    await admin.create({ id: "press", name: "Press", url: broker.url });
    await page.goto("/connections/press");
    const main = page.getByRole("main");
    await expect(main).toContainText(connection.sys[sys].what, { timeout: 20_000 });
    await expect(main).toContainText(en.stateDescriptions.online);
    await expect(page.getByRole("region", { name: connection.broker })).toContainText(connection.unknownVersion[sys]);
    if (sys === "denied") {
      await expect(page.getByRole("region", { name: connection.broker })).toContainText(
        /Refused subscriptions.*\$SYS\/broker\/version NOT_AUTHORIZED/s,
      );
    }
    // The console's advice replaces the server's sentence.
    await expect(main).not.toContainText("set noMetricsMode to true");
    await expectAccessible(page, `connection of a broker that ${onSubscribe}`);

    await page.getByRole("link", { name: connection.sysSwitch }).click();
    // The previous page has a button with the same name.
    await expect(textField(page, form.name)).toBeVisible();
    await page.getByRole("button", { name: form.advanced, exact: true }).click();
    const asks = page.getByRole("switch", { name: form.metrics });
    await expect(asks).toBeChecked();
    await asks.uncheck();
    await page.getByRole("button", { name: en.save }).click();
    await expect(page.getByRole("region", { name: connection.broker })).toContainText(connection.unknownVersion.off);
    await expect(main).not.toContainText(connection.sys[sys].what);
    expect((await admin.connection("press")).noMetricsMode).toBe(true);
    broker.end();
  });
}

test("a viewer reads the reason and gets no link to the form", async ({ page, admin, haltere, openWindow }) => {
  const broker = await startFakeBroker({ onSubscribe: "refuses" });
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await haltere.addUser("nina", "viewer");
  await page.close();
  const window = await openWindow("nina");
  await window.goto(`${haltere.url}/connections/press`);
  await expect(window.getByRole("main")).toContainText(connection.sys.denied.what);
  await expect(window.getByRole("link", { name: connection.sysSwitch })).toBeHidden();
  broker.end();
});

import { en } from "../src/i18n/en";
import { run } from "./support/child";
import { PASSWORD } from "./support/haltere";
import { TempDir } from "./support/temp-dir";
import { expect, test } from "./support/test";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

for (const width of [360, 1280]) {
  test(`the commands of the first page are complete, copied and work, at ${width} px`, async ({ page, admin }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto("/");
    const commands = page.getByRole("region", { name: "curl" });
    await expect(commands).toBeVisible();
    expect(await commands.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
    await page.getByRole("button", { name: `${en.copy}: curl` }).click();
    const text = await page.evaluate(async () => navigator.clipboard.readText());
    expect(text.split("\n")).toHaveLength(2);
    const folder = new TempDir();
    // The broker does not exist, which is no error.
    await run("sh", ["-ec", text.replace("…", PASSWORD)], { cwd: folder.path });
    folder.remove();
    expect((await admin.connections()).map(({ name }) => name)).toEqual(["Press 4"]);
  });
}

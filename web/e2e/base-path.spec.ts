import { en } from "../src/i18n/en";
import { connectionList } from "./support/locators";
import { submitLogin } from "./support/log-in";
import { expect, test } from "./support/test";

test.use({ loggedInAs: "", settings: { HALTERE_SERVER_BASE_PATH: "/haltere" } });

test("everything works below a base path", async ({ page, haltere, admin, broker, context }) => {
  const asked: string[] = [];
  context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await admin.create({ id: "press", name: "Press", url: broker.url });
  const { url } = haltere;
  expect(url).toMatch(/\/haltere$/);

  // A deep link leads to the login, and from there to its page.
  await page.goto(`${url}/connections/press?x=1`);
  await submitLogin(page);
  await expect(page.getByRole("heading", { name: "Press" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);

  // The event stream and the API.
  await admin.disconnect("press");
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.idle);
  await page.getByRole("button", { name: en.connection.connect, exact: true }).click();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await page.getByRole("link", { name: en.connection.edit }).click();
  await page.getByRole("button", { name: en.form.test }).click();
  await expect(page.getByRole("region", { name: en.form.test })).toContainText(en.form.works);

  // Pages whose scripts load on demand.
  await page.getByRole("link", { name: en.nav.administration }).click();
  await expect(page).toHaveURL(`${url}/administration/users`);
  await page.getByRole("link", { name: en.nav.plugins }).click();
  await expect(page).toHaveURL(`${url}/administration/plugins`);
  await expect(page.getByRole("switch").first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole("switch").first()).toBeVisible();
  await page.getByRole("link", { name: en.product }).click();
  await expect(connectionList(page)).toBeVisible();

  await page.getByRole("button", { name: `${en.nav.profile}: admin` }).click();
  await expect(page.getByRole("menuitem", { name: en.nav.api })).toHaveAttribute("href", "/haltere/api/docs");
  await page.getByRole("menuitem", { name: en.nav.logOut }).click();
  await expect(page.getByRole("heading", { name: en.login.title })).toBeVisible();
  expect(page.url()).toContain(`${url}/`);
  expect(asked.filter((path) => !path.startsWith("/haltere/"))).toEqual([]);
});

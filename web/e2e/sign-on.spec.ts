import type { Page } from "@playwright/test";

import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { expectAccessible } from "./support/axe";
import type { Settings } from "./support/haltere";
import { Haltere } from "./support/haltere";
import { submitLogin } from "./support/log-in";
import { OidcProvider } from "./support/oidc-provider";
import { freePort } from "./support/ports";
import { test as base, expect } from "./support/test";

const { login } = en;
const NAME = "Example ID";

interface Fixtures {
  provider: OidcProvider;
}

/** The provider and haltere know each other's addresses before they start. */
const test = base.extend<Fixtures & { ports: { haltere: number; provider: number } }>({
  loggedInAs: "",
  ports: async ({}, provide) => provide({ haltere: await freePort(), provider: await freePort() }),
  haltere: async ({ ports, settings }, provide, info) => {
    const haltere = await Haltere.start({
      HALTERE_LISTEN: `127.0.0.1:${ports.haltere}`,
      HALTERE_SIGN_ON_PUBLIC_URL: `http://127.0.0.1:${ports.haltere}`,
      HALTERE_SIGN_ON_OIDC_ISSUER: `http://127.0.0.1:${ports.provider}`,
      HALTERE_SIGN_ON_OIDC_CLIENT_ID: "haltere",
      HALTERE_SIGN_ON_OIDC_CLIENT_SECRET: "a secret of the browser tests",
      HALTERE_SIGN_ON_OIDC_NAME: NAME,
      HALTERE_SIGN_ON_OIDC_ROLES: "operators = viewer",
      ...settings,
    });
    await provide(haltere);
    await haltere.end();
    if (info.status !== info.expectedStatus) await info.attach("haltere.log", { body: haltere.log });
  },
  provider: async ({ ports }, provide) => {
    const provider = await OidcProvider.start(ports.provider, `http://127.0.0.1:${ports.haltere}`);
    await provide(provider);
    await provider.end();
  },
  // The provider's pages are none of haltere's business.
  guard: async ({ guard }, provide) => {
    guard.allow(/./);
    await provide(guard);
  },
});

/** Logs in on the provider's page, and agrees. */
async function logInAtProvider(page: Page, user: string): Promise<void> {
  await page.getByRole("link", { name: login.with(NAME) }).click();
  await page.locator("input[name=login]").fill(user);
  await page.locator("input[name=password]").fill("anything");
  await page.locator("button[type=submit]").click();
  await page.locator("button[type=submit]").click();
}

test("a user logs in at a provider, and logs out there as well", async ({ page, provider }) => {
  expect(provider).toBeDefined();
  await page.goto("/");
  await expect(page.getByRole("link", { name: login.with(NAME) })).toBeVisible();
  await expectAccessible(page, "login with single sign-on");
  await logInAtProvider(page, "ann");
  await expect(page.getByRole("button", { name: `${en.nav.profile}: ann` })).toBeVisible();
  await page.getByRole("button", { name: `${en.nav.profile}: ann` }).click();
  await page.getByRole("menuitem", { name: en.nav.logOut }).click();
  // The provider asks whether to end the session there.
  await page.locator("button[value=yes], button[type=submit]").first().click();
  await expect(page.getByRole("heading", { name: login.title })).toBeVisible();
  // It asks again who it is.
  await page.getByRole("link", { name: login.with(NAME) }).click();
  await expect(page.locator("input[name=login]")).toBeVisible();
});

test("a user without a role is not let in, and learns why", async ({ page, provider }) => {
  expect(provider).toBeDefined();
  await page.goto("/");
  await logInAtProvider(page, "nobody");
  await expect(page.getByRole("alert")).toHaveText(login.reasons["sign-on-no-role"] ?? "");
});

test.describe("a provider that is down", () => {
  test("is said on the login page, where a password still works", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: login.with(NAME) }).click();
    await expect(page.getByRole("alert")).toHaveText(login.reasons["sign-on-unavailable"] ?? "");
    await submitLogin(page);
    await expect(page.getByRole("button", { name: `${en.nav.profile}: admin` })).toBeVisible();
  });
});

test.describe("without local login", () => {
  const settings: Settings = { HALTERE_SIGN_ON_LOCAL_LOGIN: "false" };
  test.use({ settings, locale: "de-DE" });

  test("the form is out of the way, and passwords are refused", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByRole("link", { name: de.login.with(NAME) })).toBeVisible();
    await expect(page.getByLabel(de.login.username)).toHaveCount(0);
    await page.getByRole("button", { name: de.login.withPassword }).click();
    await submitLogin(page, "admin", undefined, de);
    await expect(page.getByRole("alert")).toBeVisible();
  });
});

test.describe("the page Sign-on", () => {
  const settings: Settings = { HALTERE_SIGN_ON_OIDC_MEMBERSHIPS: "operators = Nowhere" };
  test.use({ settings });

  test("shows what is configured, and a test passes", async ({ page, ports, provider }) => {
    expect(provider).toBeDefined();
    await page.goto("/administration/sign-on");
    await submitLogin(page);
    await expect(page.getByRole("heading", { name: en.nav.signOn, level: 1 })).toBeVisible();
    await expect(page.getByText(`http://127.0.0.1:${ports.haltere}/api/sign-on/oidc/callback`)).toBeVisible();
    await expect(page.getByRole("row", { name: /operators.*Nowhere/ })).toContainText(en.signOn.missing);
    await expect(page.locator("body")).not.toContainText("a secret of the browser tests");
    await page.getByRole("button", { name: en.signOn.copy(en.signOn.redirectUri) }).click();
    await page.getByRole("button", { name: en.signOn.test, exact: true }).click();
    await expect(page.getByText(en.signOn.works)).toBeVisible();
    const steps = page.getByRole("region", { name: en.signOn.test }).getByRole("listitem");
    await expect(steps).toHaveCount(7);
    await expect(steps.getByLabel(en.form.passed)).toHaveCount(7);
    await expectAccessible(page, "the page Sign-on");
  });

  test("a test of a provider that is down says why, and what was not reached", async ({ page }) => {
    await page.goto("/administration/sign-on");
    await submitLogin(page);
    await page.getByRole("button", { name: en.signOn.test, exact: true }).click();
    await expect(page.getByText(en.signOn.worksNot)).toBeVisible();
    const steps = page.getByRole("region", { name: en.signOn.test }).getByRole("listitem");
    await expect(steps.first()).toContainText("ECONNREFUSED");
    await expect(steps.getByLabel(en.signOn.skipped)).toHaveCount(6);
  });
});

test.describe("a wrong secret", () => {
  const settings: Settings = { HALTERE_SIGN_ON_OIDC_CLIENT_SECRET: "another" };
  test.use({ settings, locale: "de-DE" });

  test("is found by a test", async ({ page, provider }) => {
    expect(provider).toBeDefined();
    await page.goto("/administration/sign-on");
    await submitLogin(page, "admin", undefined, de);
    await page.getByRole("button", { name: de.signOn.test, exact: true }).click();
    await expect(page.getByText(de.signOn.findings.clientRefused("invalid_client"))).toBeVisible();
  });
});

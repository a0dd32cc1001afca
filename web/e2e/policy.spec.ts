import { en } from "../src/i18n/en";
import { expect, test } from "./support/test";

test("the content security policy allows only haltere's own scripts and requests", async ({ page, request }) => {
  const response = await page.goto("/administration/plugins");
  const policy = response?.headers()["content-security-policy"] ?? "";
  const directives = new Map(
    policy.split(";").map((directive) => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
  expect(directives.get("default-src")).toEqual(["'none'"]);
  expect(directives.get("script-src")).toEqual(["'self'"]);
  expect(directives.get("connect-src")).toEqual(["'self'"]);
  expect(directives.get("base-uri")).toEqual(["'none'"]);
  expect(directives.get("form-action")).toEqual(["'self'"]);
  expect(directives.get("frame-ancestors")).toEqual(["'none'"]);
  const styles = directives.get("style-src");
  expect(styles).toEqual(["'self'", expect.stringMatching(/^'nonce-[A-Za-z0-9+/]{22}=='$/)]);
  // Every response has its own nonce, so it must not be cached.
  const again = await request.get("/administration/plugins");
  expect(again.headers()["content-security-policy"]).not.toContain(styles?.[1]);
  expect(again.headers()["cache-control"]).toContain("no-cache");
  await expect(page.getByRole("heading", { name: en.nav.plugins })).toBeVisible();
});

test("the policy blocks inline scripts and foreign images", async ({ page, guard }) => {
  guard.allow(/Content Security Policy/, /^error: policy: /, /Fetch API cannot load/, /127\.0\.0\.1:1\//);
  await page.goto("/administration/about");
  await expect(page.getByRole("main")).toContainText("0.1.0");
  const violations: string[] = [];
  await page.exposeFunction("report", (directive: string) => violations.push(directive));
  await page.evaluate(async () => {
    const { report } = window as unknown as { report: (directive: string) => void };
    document.addEventListener("securitypolicyviolation", (event) => report(event.effectiveDirective));
    const add = (name: string, set: Record<string, string>) =>
      document.body.append(Object.assign(document.createElement(name), set));
    add("script", { textContent: "window.gotIn = true" });
    add("style", { textContent: "body { display: none }" });
    add("img", { src: "http://127.0.0.1:1/pixel.png" });
    await fetch("http://127.0.0.1:1/secrets").catch(() => undefined);
  });
  await expect
    .poll(() => violations.toSorted())
    .toEqual(["connect-src", "img-src", "script-src-elem", "style-src-elem"]);
  expect(await page.evaluate(() => "gotIn" in window)).toBe(false);
  await expect(page.getByRole("main")).toBeVisible();
});

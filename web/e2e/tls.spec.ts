import type { Locator } from "@playwright/test";

import { en } from "../src/i18n/en";
import { fingerprint } from "./support/certificates";
import { textField } from "./support/locators";
import { expect, test } from "./support/test";

const { certificates, form } = en;

/** Drops a file onto a field. */
async function drop(field: Locator, name: string, text: string): Promise<void> {
  const page = field.page();
  const dataTransfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    [name, text] as const,
  );
  await field.dispatchEvent("dragover", { dataTransfer });
  await field.dispatchEvent("drop", { dataTransfer });
}

/** The first fingerprint on the page, without its grouping. */
async function shownFingerprint(part: Locator): Promise<string> {
  const text = part.getByText(/^(\s*[0-9A-F]{2}:?){32}\s*$/).first();
  return ((await text.textContent()) ?? "").replaceAll(/[\s:]/g, "");
}

test("the CA of a broker is trusted once its fingerprint has been compared", async ({
  page,
  pki,
  expiringPki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await page.goto("/new");
  await textField(page, form.name).fill("Press");
  await textField(page, form.url).fill(broker.url);
  await page.getByRole("button", { name: form.test }).click();

  const panel = page.getByRole("region", { name: form.test });
  await expect(panel).toContainText("SELF_SIGNED_CERT_IN_CHAIN");
  const failed = panel.getByRole("listitem").filter({ hasText: en.stageNames.tls });
  await expect(failed.getByLabel(form.failed)).toBeVisible();
  await expect(panel).toContainText("Works 4 CA");
  expect(await shownFingerprint(panel)).toBe((await fingerprint(pki.ca)).replaceAll(":", ""));

  // It says so if that replaces another CA.
  await expect(panel).not.toContainText(certificates.replaces);
  await textField(page, form.ca).fill(expiringPki.ca.cert);
  await expect(panel).toContainText(certificates.replaces);
  const trust = panel.getByRole("button", { name: form.trust });
  await expect(trust).toBeDisabled();
  await panel.getByRole("checkbox", { name: certificates.compared }).check();
  await trust.click();
  await expect(panel).toBeFocused();
  // The CA is in its field, and the test runs again by itself.
  await expect(panel).toContainText(form.works);
  await expect(panel).toContainText(/Works 4 CA.* is trusted for this connection/);
  await expect(trust).toBeHidden();
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  await expect(page.getByRole("region", { name: en.connection.link })).toContainText(en.connection.ownCa);
  await expect(page.getByRole("region", { name: en.connection.broker })).toContainText("TLSv1.3");
});

test("a link that fails because of its CA is repaired on its page", async ({ page, admin, pki, startBroker }) => {
  const broker = await startBroker({ tls: { pki, chain: true } });
  await admin.create({ id: "press", name: "Press", url: broker.url });
  await page.goto("/connections/press");
  await expect(page.getByRole("main")).toContainText("SELF_SIGNED_CERT_IN_CHAIN");
  await page.getByRole("link", { name: certificates.review }).click();
  const card = page.getByRole("region", { name: en.connection.certificates });
  await expect(card).toContainText(certificates.refused);
  expect(await shownFingerprint(card)).toBe((await fingerprint(pki.ca)).replaceAll(":", ""));
  await card.getByRole("checkbox", { name: certificates.compared }).check();
  await card.getByRole("button", { name: form.trust }).click();
  await expect(card).toContainText(certificates.accepted);
  await expect(page.getByRole("main")).toBeFocused();
  await expect(page.getByRole("main")).toContainText(en.states.online);
});

test("a broker that presents only its own certificate names its CA, which is then set", async ({
  page,
  pki,
  startBroker,
}) => {
  const broker = await startBroker({ tls: { pki } });
  await page.goto("/new");
  await textField(page, form.name).fill("Press");
  await textField(page, form.url).fill(broker.url);
  await page.getByRole("button", { name: form.test }).click();
  const panel = page.getByRole("region", { name: form.test });
  await expect(panel).toContainText("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  await expect(panel).toContainText(certificates.leafOnly);
  await expect(panel).toContainText("Works 4 CA");
  await expect(panel.getByRole("button", { name: form.trust })).toBeHidden();

  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: `${form.chooseFile}: ${form.ca}` }).click();
  await (await chooser).setFiles(pki.ca.certFile);
  await page.getByRole("button", { name: form.test }).click();
  await expect(panel).toContainText(form.works);
});

test("a client certificate is set by dropping its files, and kept when other fields change", async ({
  page,
  admin,
  pki,
  startBroker,
  guard,
}) => {
  const broker = await startBroker({ tls: { pki, wantsClientCertificate: true } });
  await page.goto("/new");
  await textField(page, form.name).fill("Press");
  await textField(page, form.url).fill(broker.url);
  const more = page.getByRole("button", { name: form.clientCertificate });
  await more.click();
  const [ca, cert, key] = [form.ca, form.cert, form.key].map((label) => page.getByLabel(label, { exact: true }));
  if (!ca || !cert || !key) throw new Error("the fields are there");

  await drop(ca, "ca.pem", pki.ca.cert);
  await page.getByRole("button", { name: form.test }).click();
  const panel = page.getByRole("region", { name: form.test });
  await expect(panel).toContainText("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");

  // The server refuses a file that is not a key, at its field, until another one is chosen.
  guard.allow(/status of 400 .*\/api\/connection-test/);
  await drop(cert, "client.pem", pki.client.cert);
  await drop(key, "client.pem", pki.client.cert);
  await page.getByRole("button", { name: form.test }).click();
  const refused = page.getByText("Contains no private key, but a certificate");
  await expect(refused).toBeVisible();
  await drop(page.getByRole("button", { name: `${form.chooseFile}: ${form.key}` }), "client.key", pki.client.key);
  await expect(refused).toBeHidden();
  await page.getByRole("button", { name: form.test }).click();
  await expect(panel).toContainText(form.works);
  await page.getByRole("button", { name: form.advanced, exact: true }).click();
  await textField(page, form.id).fill("press");
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);

  await page.getByRole("link", { name: en.connection.edit }).click();
  await expect(page.getByText(form.stored, { exact: true })).toHaveCount(3);
  await textField(page, form.name).fill("Press 5");
  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByRole("heading", { name: "Press 5" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  const { key: stored } = await admin.connection("press");
  expect(Buffer.from(stored?.data ?? "", "base64").toString()).toBe(pki.client.key);
});

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { en } from "../src/i18n/en";
import { faults, fileContents } from "../src/i18n/en-faults";
import { expectAccessible } from "./support/axe";
import { run } from "./support/child";
import { textField } from "./support/locators";
import { UNREACHABLE_URL } from "./support/ports";
import { expect, test } from "./support/test";

const { form } = en;

interface File {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Chooses a file in the file dialog. */
async function pick(page: Page, label: string, { name, bytes }: File): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: `${form.chooseFile}: ${label}` }).click();
  await (await chooser).setFiles({ name, mimeType: "application/octet-stream", buffer: bytes });
}

async function begin(page: Page, url: string): Promise<void> {
  await page.goto("/new");
  await textField(page, form.name).fill("Press");
  await textField(page, form.url).fill(url);
  await page.getByRole("button", { name: form.clientCertificate }).click();
}

/** The DER bytes of a PEM block. */
const der = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");

const SECURE_NOWHERE = UNREACHABLE_URL.replace("mqtt:", "mqtts:");

test("DER is accepted, and a combined file contains the key", async ({ page, admin, pki, startBroker }) => {
  const broker = await startBroker({ tls: { pki, wantsClientCertificate: true } });
  await begin(page, broker.url);
  const field = (name: string) => page.locator(`[data-field="${name}"]`);
  await pick(page, form.ca, { name: "ca.der", bytes: der(pki.ca.cert) });
  await expect(field("ca")).toContainText(/ca\.der.*CN=Works 4 CA.*until \d+ \w+ 20\d\d/);
  await expect(field("ca").locator("time")).toHaveAttribute("title", /^20[\d-]{8} [\d:]{8} UTC$/);
  await pick(page, form.cert, { name: "both.pem", bytes: Buffer.from(pki.client.cert + pki.client.key) });
  await expect(field("cert")).toContainText(/both\.pem.*CN=haltere.*until \d+ \w+ 20\d\d.*private key/);
  await expect(page.getByText(form.keyInCert)).toBeVisible();
  await expectAccessible(page, "form with files");

  await page.getByRole("button", { name: en.save }).click();
  await expect(page.getByText(form.keyTaken)).toBeVisible();
  await expect(page.getByRole("main")).toContainText(en.stateDescriptions.online);
  const [stored] = await admin.connections();
  expect(Buffer.from(stored?.key?.data ?? "", "base64").toString()).toContain("PRIVATE KEY");
  expect(Buffer.from(stored?.cert?.data ?? "", "base64").toString()).not.toContain("PRIVATE KEY");

  // What is stored says the same of itself.
  await page.getByRole("link", { name: en.connection.edit }).click();
  await expect(field("ca")).toContainText(new RegExp(`${form.stored}.*CN=Works 4 CA`));
  await expect(field("cert")).toContainText(new RegExp(`${form.stored}.*CN=haltere.*until`));
});

test("the focus stays in the field when pasted text becomes a summary, and when that is removed", async ({
  page,
  pki,
}) => {
  await begin(page, SECURE_NOWHERE);
  await textField(page, form.ca).fill(pki.ca.cert);
  await expect(page.getByRole("button", { name: `${form.chooseFile}: ${form.ca}` })).toBeFocused();
  await page.getByRole("button", { name: `${form.removeFile}: ${form.ca}` }).click();
  await expect(textField(page, form.ca)).toBeFocused();
});

test("a private key is refused as a CA when it is chosen, and nothing is sent", async ({ page, pki }) => {
  await begin(page, SECURE_NOWHERE);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.method()));
  await pick(page, form.ca, { name: "key.pem", bytes: Buffer.from(pki.client.key) });
  const choose = page.getByRole("button", { name: `${form.chooseFile}: ${form.ca}` });
  await expect(choose).toHaveAccessibleDescription(faults.noCertificateBut.replace("{found}", fileContents.privateKey));
  for (const button of [en.save, form.test]) {
    await page.getByRole("button", { name: button, exact: true }).click();
    await expect(choose).toBeFocused();
  }
  expect(requests).not.toContain("POST");
  await pick(page, form.ca, { name: "ca.pem", bytes: Buffer.from(pki.ca.cert) });
  await expect(choose).toHaveAccessibleDescription("");
});

test("a PKCS #12 file is refused with the command that converts it, until another file is chosen", async ({
  page,
  guard,
  pki,
}, info) => {
  guard.allow(/status of 400 .*\/api\/connections/);
  const file = info.outputPath("client.p12");
  const { certFile, keyFile } = pki.client;
  await run("openssl", ["pkcs12", "-export", "-in", certFile, "-inkey", keyFile, "-passout", "pass:", "-out", file]);
  await begin(page, SECURE_NOWHERE);
  await pick(page, form.cert, { name: "client.p12", bytes: readFileSync(file) });
  await expect(page.getByText("client.p12")).toBeVisible();
  await page.getByRole("button", { name: en.save }).click();
  const command = page.getByText("openssl pkcs12 -in FILE -nodes -out all.pem");
  await expect(command).toBeVisible();
  await expect(page.getByText(/PKCS #12 file/)).toBeVisible();
  await expect(page.getByRole("button", { name: form.copyCommand })).toBeVisible();
  await expectAccessible(page, "form with a refused file");

  await pick(page, form.cert, { name: "both.pem", bytes: Buffer.from(pki.client.cert + pki.client.key) });
  await expect(command).toBeHidden();
});

test("invalid PEM stays editable, and a file that is too large is not sent", async ({ page, guard }) => {
  guard.allow(/status of 400 .*\/api\/connections/);
  await begin(page, SECURE_NOWHERE);
  const ca = textField(page, form.ca);
  await ca.fill("no certificate");
  await page.getByRole("button", { name: en.save }).click();
  await expect(ca).toHaveValue("no certificate");
  await expect(page.getByText(faults.notPem)).toBeVisible();

  await pick(page, form.ca, { name: "disk.pem", bytes: Buffer.alloc(300 * 1024, "x") });
  await expect(page.getByText(form.pemTooLarge("disk.pem", "300 KiB", "256 KiB"))).toBeVisible();
});

test("a chosen file can be chosen again, after it was corrected or removed", async ({ page, pki }) => {
  await begin(page, SECURE_NOWHERE);
  await pick(page, form.ca, { name: "ca.pem", bytes: Buffer.from(pki.ca.cert) });
  await expect(page.locator('[data-field="ca"]')).toContainText("ca.pem");
  // Otherwise, the browser takes the same file for no change.
  for (const input of await page.locator("input[type=file]").all()) await expect(input).toHaveValue("");
});

import { expect, test } from "vitest";

import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { diagnosis } from "./diagnosis";

const NOW = Date.UTC(2026, 10, 29, 21, 30);

test("a diagnosis says what failed, where, when and with which certificate", () => {
  const text = diagnosis(
    {
      connection: {
        id: "press-4",
        name: "Press 4",
        url: "mqtts://press-4:8883",
        credentials: { username: "haltere", password: "secret" },
        status: {
          connected: false,
          timestamp: NOW - 60_000,
          state: "waiting",
          attempt: 3,
          nextAttempt: NOW + 5_000,
          error: {
            code: "SELF_SIGNED_CERT_IN_CHAIN",
            message: "the CA is not trusted",
            stage: "tls",
            address: "::1",
            port: 8883,
          },
        },
      },
      certificates: {
        broker: {
          accepted: false,
          presentedAt: "2026-11-29T21:29:00Z",
          leftOut: 0,
          certificates: [
            {
              subject: "CN=press-4",
              issuer: "CN=Works CA",
              names: [],
              fingerprint: "AA:BB",
              pem: "…",
              notAfter: "2027-01-01T00:00:00Z",
            },
          ],
        },
        client: [],
      },
      stages: [{ stage: "tcp", state: "passed", elapsedMs: 1.25 }],
      now: NOW,
      language: "en",
    },
    en,
  );
  for (const line of [
    "Press 4",
    "URL: mqtts://press-4:8883",
    "Since: 2026-11-29T21:29:00.000Z",
    "Code: SELF_SIGNED_CERT_IN_CHAIN",
    "Reason: the CA is not trusted",
    "Stage: tls (during the TLS handshake)",
    "Address: [::1]:8883",
    "Test: Connection: passed, 1.3 ms",
    "Certificate: CN=press-4",
    "  SHA-256: AA:BB",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  expect(text).not.toContain("secret");
  expect(text).not.toContain("undefined");
});

test("a diagnosis has no token of a URL, and a broker's text stays on its line", () => {
  const text = diagnosis(
    {
      connection: {
        id: "p",
        name: "P",
        url: "wss://press-4/mqtt?token=hunter2",
        status: {
          connected: false,
          timestamp: NOW,
          state: "waiting",
          error: { code: "NOT_AUTHORIZED", message: "no\r\nState: Connected\u2028\u202eevil", stage: "mqtt" },
        },
      },
      now: NOW,
      language: "en",
    },
    en,
  );
  expect(text).not.toContain("hunter2");
  expect(text).toContain("URL: wss://press-4/mqtt?…\n");
  expect(text).toContain("Reason: no State: Connected \ufffdevil\n");
});

test("numbers are as the language writes them", () => {
  const connection = { id: "p", name: "P", url: "mqtt://press-4" };
  const stages = [
    { stage: "tcp", state: "passed", elapsedMs: 2.5, detail: "10.0.0.7:8883" },
    { stage: "tls", state: "failed", elapsedMs: 1, detail: "an English sentence" },
  ] as const;
  const text = diagnosis({ connection, stages, now: NOW, language: "de" }, de);
  expect(text).toMatch(/2,5\sms, 10\.0\.0\.7:8883/);
  expect(text).not.toContain("English");
});

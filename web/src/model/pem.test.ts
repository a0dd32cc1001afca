import { expect, test } from "vitest";

import { containsPrivateKey, encodePem, pemLabels, splitCommand } from "./pem";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";

test("bytes survive the encoding", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const { data } = encodePem(bytes);
  expect(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))).toEqual(bytes);
});

test("the content of a file is named by its PEM labels, pasted or chosen", () => {
  for (const input of [CERTIFICATE + KEY, encodePem(new TextEncoder().encode(CERTIFICATE + KEY))]) {
    expect(pemLabels(input)).toEqual(["CERTIFICATE", "RSA PRIVATE KEY"]);
    expect(containsPrivateKey(input)).toBe(true);
  }
  expect(containsPrivateKey(CERTIFICATE)).toBe(false);
  expect(containsPrivateKey("")).toBe(false);
  expect(containsPrivateKey(undefined)).toBe(false);
});

test("a command in an error message is separated from it", () => {
  expect(splitCommand("is a PKCS #12 file (.p12, .pfx); convert it first: openssl pkcs12 -in FILE")).toEqual({
    reason: "is a PKCS #12 file (.p12, .pfx); convert it first",
    command: "openssl pkcs12 -in FILE",
  });
  expect(splitCommand("is encrypted; decrypt it first, for example with openssl pkey -in key.pem")).toEqual({
    reason: "is encrypted; decrypt it first, for example with",
    command: "openssl pkey -in key.pem",
  });
  expect(splitCommand("holds no certificate")).toEqual({ reason: "holds no certificate" });
});

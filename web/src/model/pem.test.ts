import { expect, test } from "vitest";

import type { EncodedPem } from "../api/schema";
import {
  certificatesIn,
  containsPrivateKey,
  encodePem,
  hasCertificate,
  isSamePem,
  pemLabels,
  splitCommand,
} from "./pem";

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
  expect(splitCommand("Contains a PKCS #12 file. Convert it first: `openssl pkcs12 -in FILE`")).toEqual({
    reason: "Contains a PKCS #12 file. Convert it first:",
    command: "openssl pkcs12 -in FILE",
  });
  expect(splitCommand("holds no certificate")).toEqual({ reason: "holds no certificate" });
});

/** `CN=haltere-client`, until 27 February 2027. */
const CLIENT_BASE64 =
  "MIIBqzCCAVGgAwIBAgIUUHhLFkZHUydOGkvoYqcIGSlDArEwCgYIKoZIzj0EAwIwKzEQMA4GA1UECgwHV29ya3MgNDEXMBUGA1UEAwwOaGFsdGVyZS1jbGllbnQwHhcNMjYxMTI5MjEyODU2WhcNMjcwMjI3MjEyODU2WjArMRAwDgYDVQQKDAdXb3JrcyA0MRcwFQYDVQQDDA5oYWx0ZXJlLWNsaWVudDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBqCP4XLmLaDFZd7RM52xlipEVK76cpuHf3p6GHFDuibCRfTXQCguIU4ySGGSNeLb8PMwmuvH3iMoQJFoNOQkR2jUzBRMB0GA1UdDgQWBBReJ6QZEX/65SD2hh+/+bUTMUhj2jAfBgNVHSMEGDAWgBReJ6QZEX/65SD2hh+/+bUTMUhj2jAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIBAa2M/zA4NRMHltlD+U4zp/Z6tG5ONDmzGPKhu9gZRTAiEAtiVNkUIh1/BPSXwWST6ahSdzjytgkMVAYOh0rnsfgBU=";

test("a certificate is the same in any encoding", () => {
  const sought = CERTIFICATE.replace("AAAA", CLIENT_BASE64);
  const broken = CERTIFICATE.replace("AAAA", CLIENT_BASE64.replaceAll(/.{64}/g, "$&\r\n"));
  const der: EncodedPem = { data: CLIENT_BASE64, encoding: "base64" };
  for (const input of [sought, CERTIFICATE + broken, encodePem(new TextEncoder().encode(broken)), der])
    expect(hasCertificate(input, sought)).toBe(true);
  for (const input of ["", CERTIFICATE, KEY]) expect(hasCertificate(input, sought)).toBe(false);
});

test("certificates are found in text, in a PEM file and in a DER file", () => {
  const pem = `-----BEGIN CERTIFICATE-----\n${CLIENT_BASE64}\n-----END CERTIFICATE-----\n`;
  const found = { name: "CN=haltere-client", notAfter: Date.UTC(2027, 1, 27, 21, 28, 56) };
  expect(certificatesIn(`comment\n${KEY}${pem}${pem}`)).toEqual([found, found]);
  expect(certificatesIn(encodePem(new TextEncoder().encode(pem)))).toEqual([found]);
  expect(certificatesIn({ data: CLIENT_BASE64, encoding: "base64" })).toEqual([found]);
  for (const none of ["", "no certificate", KEY, CERTIFICATE, { data: "?", encoding: "base64" } as const]) {
    expect(certificatesIn(none)).toEqual([]);
  }
});

test("stored values are compared by content", () => {
  const value = { data: "AAAA", encoding: "base64" } as const;
  expect(isSamePem(value, { ...value })).toBe(true);
  expect(isSamePem(undefined, undefined)).toBe(true);
  expect(isSamePem(value, undefined)).toBe(false);
  expect(isSamePem(value, { ...value, data: "BBBB" })).toBe(false);
});

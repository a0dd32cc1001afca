import { expect, test } from "vitest";

import { readCertificate } from "./x509";

const bytes = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** `O=Works 4, CN=haltere-client`, until 2027, version 3. */
const CLIENT = bytes(
  "MIIBqzCCAVGgAwIBAgIUUHhLFkZHUydOGkvoYqcIGSlDArEwCgYIKoZIzj0EAwIwKzEQMA4GA1UECgwHV29ya3MgNDEXMBUGA1UEAwwOaGFsdGVyZS1jbGllbnQwHhcNMjYxMTI5MjEyODU2WhcNMjcwMjI3MjEyODU2WjArMRAwDgYDVQQKDAdXb3JrcyA0MRcwFQYDVQQDDA5oYWx0ZXJlLWNsaWVudDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBqCP4XLmLaDFZd7RM52xlipEVK76cpuHf3p6GHFDuibCRfTXQCguIU4ySGGSNeLb8PMwmuvH3iMoQJFoNOQkR2jUzBRMB0GA1UdDgQWBBReJ6QZEX/65SD2hh+/+bUTMUhj2jAfBgNVHSMEGDAWgBReJ6QZEX/65SD2hh+/+bUTMUhj2jAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIBAa2M/zA4NRMHltlD+U4zp/Z6tG5ONDmzGPKhu9gZRTAiEAtiVNkUIh1/BPSXwWST6ahSdzjytgkMVAYOh0rnsfgBU=",
);

/** `O=Nur Organisation Ä`, until 2059, version 1. */
const ORGANIZATION = bytes(
  "MIIBODCB3wIUFWYAoIdqGOIAchjX0gZKwXYAqq8wCgYIKoZIzj0EAwIwHjEcMBoGA1UECgwTTnVyIE9yZ2FuaXNhdGlvbiDDhDAgFw0yNjExMjkyMTI4NTZaGA8yMDU5MTAwNzIxMjg1NlowHjEcMBoGA1UECgwTTnVyIE9yZ2FuaXNhdGlvbiDDhDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBqCP4XLmLaDFZd7RM52xlipEVK76cpuHf3p6GHFDuibCRfTXQCguIU4ySGGSNeLb8PMwmuvH3iMoQJFoNOQkR0wCgYIKoZIzj0EAwIDSAAwRQIhAIp+cRaTb7P1PbcLSbrpWiuvLrDjTJlpron6gPmIV9NbAiBNZ5L1bJ9j5woeFEwINQH0cAwEF7pBJborGGOtHp4S0g==",
);

test("a certificate is named by its common name, else by its organization, and has an end", () => {
  expect(readCertificate(CLIENT)).toEqual({ name: "CN=haltere-client", notAfter: Date.UTC(2027, 1, 27, 21, 28, 56) });
  expect(readCertificate(ORGANIZATION)).toEqual({
    name: "O=Nur Organisation Ä",
    notAfter: Date.UTC(2059, 9, 7, 21, 28, 56),
  });
});

test("a name keeps no characters that are invisible or turn the text around them", () => {
  const text = new TextDecoder("latin1").decode(CLIENT);
  const hostile = CLIENT.slice();
  // U+202E takes three bytes.
  hostile.set([0xe2, 0x80, 0xae], text.lastIndexOf("haltere-client"));
  expect(readCertificate(hostile)?.name).toBe("CN=\ufffdtere-client");
});

test("what is no certificate, cut off or damaged is not read, and never throws", () => {
  for (const other of ["", "MAA=", "MIIB", "AAAA", "MIACAQ=="]) expect(readCertificate(bytes(other))).toBeUndefined();
  for (let length = 0; length < CLIENT.length; length += 1) {
    expect(readCertificate(CLIENT.subarray(0, length)), `${length} bytes`).toBeUndefined();
  }
  for (let at = 0; at < CLIENT.length; at += 1) {
    for (const byte of [0x00, 0x30, 0x7f, 0x80, 0x84, 0xff]) {
      const damaged = CLIENT.slice();
      damaged[at] = byte;
      expect(() => readCertificate(damaged)).not.toThrow();
    }
  }
});

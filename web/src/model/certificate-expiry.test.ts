import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { findExpiringCertificates, firstCertificateEnd } from "./certificate-expiry";
import { failing, ids, online } from "./test-connections";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-23T06:00:00Z");
const inDays = (days: number) => new Date(NOW + days * DAY).toISOString();

/** A connected broker whose certificate expires in some days. */
function withBrokerCertificate(id: string, days: number): Connection {
  const tls = { version: "TLSv1.3", cipher: "", legacyCertificate: false, notAfter: inDays(days) };
  return { ...online(id), broker: { protocolVersion: "5", tls } };
}

test("certificates of both sides that expire within 30 days are found, the first one first", () => {
  const found = findExpiringCertificates(
    [
      online("plain"),
      withBrokerCertificate("later", 31),
      withBrokerCertificate("soon", 29),
      { ...failing("client", "ECONNREFUSED", 1), certNotAfter: inDays(3) },
      withBrokerCertificate("over", -1),
    ],
    NOW,
  );
  expect(found?.first).toBe(NOW - DAY);
  expect(found?.byOwner).toEqual({ broker: 2, client: 1 });
  expect(ids(found?.connections ?? [])).toBe("over client soon");
});

test("without such a certificate there is nothing to find", () => {
  expect(findExpiringCertificates([online("a"), withBrokerCertificate("b", 31)], NOW)).toBeUndefined();
});

test("of two certificates the one that expires first counts, and both are counted", () => {
  const both = (days: number) => ({ ...withBrokerCertificate("a", 5), certNotAfter: inDays(days) });
  expect(firstCertificateEnd(both(4))).toEqual({ owner: "client", notAfter: inDays(4) });
  expect(firstCertificateEnd(both(6))).toEqual({ owner: "broker", notAfter: inDays(5) });
  expect(firstCertificateEnd(online("a"))).toBeUndefined();
  expect(findExpiringCertificates([both(6), both(31)], NOW)?.byOwner).toEqual({ broker: 2, client: 1 });
});

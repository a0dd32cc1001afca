import { expect, test } from "vitest";

import { expiryState, validityState } from "./certificate-validity";

const now = Date.parse("2026-06-01T00:00:00Z");

test("a certificate is expiring in its last thirty days", () => {
  expect(expiryState("2026-07-01T00:00:00Z", now)).toBe("valid");
  expect(expiryState("2026-06-30T23:59:59Z", now)).toBe("expiring");
  expect(expiryState("2026-06-01T00:00:00Z", now)).toBe("expiring");
  expect(expiryState("2026-05-31T23:59:59Z", now)).toBe("expired");
  expect(expiryState(undefined, now)).toBeUndefined();
});

test("a certificate before its start is not yet valid, whatever its end", () => {
  const notAfter = "2026-06-10T00:00:00Z";
  expect(validityState({ notBefore: "2026-06-02T00:00:00Z", notAfter }, now)).toBe("notYetValid");
  expect(validityState({ notBefore: "2026-06-01T00:00:00Z", notAfter }, now)).toBe("expiring");
  expect(validityState({}, now)).toBeUndefined();
});

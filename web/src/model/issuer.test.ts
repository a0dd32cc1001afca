import { expect, test } from "vitest";

import type { Certificate } from "../api/schema";
import { findTrustAnchor, isIssuerUnknown } from "./issuer";

const certificate = (subject: string, issuer: string): Certificate => ({
  subject,
  issuer,
  names: [],
  fingerprint: subject,
  pem: "",
});
const leaf = certificate("leaf", "middle");
const middle = certificate("middle", "root");
const root = certificate("root", "root");

test("the topmost certificate of a chain is the trust anchor, in whatever order it was presented", () => {
  expect(findTrustAnchor([leaf, middle, root])).toBe(root);
  expect(findTrustAnchor([leaf, root, middle])).toBe(root);
  expect(findTrustAnchor([leaf, middle])).toBe(middle);
  expect(findTrustAnchor([leaf, middle, certificate("unrelated", "unrelated")])).toBe(middle);
});

test("a self-signed certificate is its own trust anchor; a leaf alone has none", () => {
  expect(findTrustAnchor([root])).toBe(root);
  expect(findTrustAnchor([leaf])).toBeUndefined();
  expect(findTrustAnchor([])).toBeUndefined();
});

test("certificates that issue each other don't loop forever", () => {
  const [one, other] = [certificate("one", "other"), certificate("other", "one")];
  expect(findTrustAnchor([one, other])).toBe(other);
});

test("trusting a CA does not help against other failures", () => {
  expect(isIssuerUnknown("SELF_SIGNED_CERT_IN_CHAIN")).toBe(true);
  expect(["CERT_HAS_EXPIRED", "ECONNREFUSED", undefined].map(isIssuerUnknown)).toEqual([false, false, false]);
});

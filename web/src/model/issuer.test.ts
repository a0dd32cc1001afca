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

test("the highest of a chain is to be trusted, in whatever order it was presented", () => {
  expect(findTrustAnchor([leaf, middle, root])).toBe(root);
  expect(findTrustAnchor([leaf, root, middle])).toBe(root);
  expect(findTrustAnchor([leaf, middle])).toBe(middle);
  expect(findTrustAnchor([leaf, middle, certificate("stranger", "stranger")])).toBe(middle);
});

test("a self-signed certificate is its own issuer; of one alone the issuer is not there", () => {
  expect(findTrustAnchor([root])).toBe(root);
  expect(findTrustAnchor([leaf])).toBeUndefined();
  expect(findTrustAnchor([])).toBeUndefined();
});

test("certificates that issue each other in a circle come to an end", () => {
  const [one, other] = [certificate("one", "other"), certificate("other", "one")];
  expect(findTrustAnchor([one, other])).toBe(other);
});

test("other failures are not mended by trust", () => {
  expect(isIssuerUnknown("SELF_SIGNED_CERT_IN_CHAIN")).toBe(true);
  expect(["CERT_HAS_EXPIRED", "ECONNREFUSED", undefined].map(isIssuerUnknown)).toEqual([false, false, false]);
});

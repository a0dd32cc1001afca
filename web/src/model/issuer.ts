import type { Certificate } from "../api/schema";

/** The failure codes of a chain that ends in an unknown CA. */
const UNKNOWN_ISSUER = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
]);

/** Whether a link fails because the CA of the broker's certificate is unknown. */
export function isIssuerUnknown(code: string | undefined): boolean {
  return code !== undefined && UNKNOWN_ISSUER.has(code);
}

/** Whether a certificate names itself as issuer, as a root does. */
export function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return subject === issuer;
}

/**
 * The certificate to trust so that a chain (leaf first) verifies: the topmost one. Undefined if the broker
 * presents only its own certificate: then its issuer has to come from elsewhere.
 */
export function findTrustAnchor(chain: readonly Certificate[]): Certificate | undefined {
  const [leaf, ...others] = chain;
  if (!leaf) return undefined;
  let top = leaf;
  // Brokers present certificates in any order and unrelated ones among them, so follow the issuers.
  while (!isSelfIssued(top)) {
    const at = others.findIndex(({ subject }) => subject === top.issuer);
    const [next] = at < 0 ? [] : others.splice(at, 1);
    if (!next) break;
    top = next;
  }
  return top === leaf && !isSelfIssued(leaf) ? undefined : top;
}

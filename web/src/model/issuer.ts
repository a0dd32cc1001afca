import type { Certificate } from "../api/schema";

/** The codes of a chain that ends in a CA nobody here knows; trusting that CA mends them. */
const UNKNOWN_ISSUER = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
]);

/** Whether a link fails because of who has issued the broker's certificate. */
export function isIssuerUnknown(code: string | undefined): boolean {
  return code !== undefined && UNKNOWN_ISSUER.has(code);
}

/** Whether a certificate says that it was issued by itself, as a root does. */
export function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return subject === issuer;
}

/**
 * The certificate of a chain (leaf first) that has to be trusted for the chain to be: the one highest up.
 * `undefined` when the broker presents nobody but itself, for then its issuer has to be found elsewhere.
 */
export function findTrustAnchor(chain: readonly Certificate[]): Certificate | undefined {
  const [leaf, ...others] = chain;
  if (!leaf) return undefined;
  let top = leaf;
  // Brokers present them in any order, and some that don't belong there; who issued whom is what counts.
  while (!isSelfIssued(top)) {
    const at = others.findIndex(({ subject }) => subject === top.issuer);
    const [next] = at < 0 ? [] : others.splice(at, 1);
    if (!next) break;
    top = next;
  }
  return top === leaf && !isSelfIssued(leaf) ? undefined : top;
}

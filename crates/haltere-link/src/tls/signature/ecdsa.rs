//! ECDSA with hashes and curves that webpki leaves out.

use std::cmp::Ordering;

use aws_lc_rs::digest::{Algorithm, Digest, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};

use super::hash::Hash;
use super::key::Curve;

/// Whether the key at `point` made `signature` (DER).
pub(super) fn verifies(
    curve: Curve,
    point: &[u8],
    hash: Hash,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let (algorithm, usual): (&EcdsaVerificationAlgorithm, &Algorithm) = match curve {
        Curve::P256 => (&ECDSA_P256_SHA256_ASN1, &SHA256),
        Curve::P384 => (&ECDSA_P384_SHA384_ASN1, &SHA384),
        Curve::P521 => (&ECDSA_P521_SHA512_ASN1, &SHA512),
        Curve::Secp256k1 => (&ECDSA_P256K1_SHA256_ASN1, &SHA256),
    };
    // TLS knows no other forms: 4 for both coordinates, 2 and 3 for one.
    matches!(point.first(), Some(2..=4))
        && fitted(hash.of(message).as_ref(), usual).is_some_and(|digest| {
            UnparsedPublicKey::new(algorithm, point).verify_digest(&digest, signature).is_ok()
        })
}

/// The hash as the number that ECDSA takes it for (FIPS 186-5, 6.4.2), in as many bytes as the usual
/// hash of the curve has: what is too long is cut at its end, what is too short begins with zeros.
fn fitted(hash: &[u8], usual: &'static Algorithm) -> Option<Digest> {
    let length = usual.output_len();
    let bytes = match hash.len().cmp(&length) {
        Ordering::Less => [vec![0; length - hash.len()], hash.to_vec()].concat(),
        Ordering::Equal | Ordering::Greater => hash.get(..length)?.to_vec(),
    };
    Digest::import_less_safe(&bytes, usual).ok()
}

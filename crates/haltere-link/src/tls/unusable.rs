//! Names the kind of a private key that can't be used.

use std::ops::RangeInclusive;

use rustls_pki_types::PrivateKeyDer;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::AlgorithmIdentifier;

use super::der::element;
use super::signature::{EXPLICIT, unusable, unusable_curve};

/// The RSA keys that we sign with.
const RSA_BITS: RangeInclusive<usize> = 2_048..=8_192;
/// The parameters of a key on a curve, as RFC 5915 has them.
const PARAMETERS: u8 = 0xa0;
const OBJECT_IDENTIFIER: u8 = 0x06;

/// Names a key of a kind or size that can't be used; `None` for what should do, and must be damaged.
pub(super) fn name(key: &PrivateKeyDer<'_>) -> Option<String> {
    match key {
        PrivateKeyDer::Pkcs1(key) => rsa(key.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(key) => on_a_curve(key.secret_sec1_der()),
        PrivateKeyDer::Pkcs8(key) => of_any_kind(key.secret_pkcs8_der()),
        _ => None,
    }
}

/// RFC 5208: version, algorithm, key.
fn of_any_kind(der: &[u8]) -> Option<String> {
    let version = element(element(der)?.content)?;
    let algorithm = element(version.rest)?;
    let key = element(algorithm.rest)?;
    let (_, kind) = AlgorithmIdentifier::from_der(algorithm.whole).ok()?;
    let is_rsa = kind.algorithm.to_id_string() == "1.2.840.113549.1.1.1";
    if is_rsa { rsa(key.content) } else { unusable(&kind) }
}

/// RFC 8017: version, modulus, and the rest.
fn rsa(der: &[u8]) -> Option<String> {
    let version = element(element(der)?.content)?;
    let modulus = element(version.rest)?.content;
    let significant = modulus.iter().position(|byte| *byte != 0)?;
    let unused = usize::try_from(modulus[significant].leading_zeros()).ok()?;
    let bits = 8 * (modulus.len() - significant) - unused;
    (!RSA_BITS.contains(&bits)).then(|| format!("RSA {bits}"))
}

/// RFC 5915: version, key, and what curve it is on.
fn on_a_curve(der: &[u8]) -> Option<String> {
    let version = element(element(der)?.content)?;
    let key = element(version.rest)?;
    let parameters = element(key.rest).filter(|it| it.tag == PARAMETERS)?;
    let curve = element(parameters.content)?;
    match curve.tag {
        OBJECT_IDENTIFIER => unusable_curve(&Oid::from_der(curve.whole).ok()?.1),
        _ => Some(EXPLICIT.to_owned()),
    }
}

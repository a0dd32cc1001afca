//! Public keys as certificates hold them.

use x509_parser::asn1_rs::Tag;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::RSAPublicKey;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::pss::PssParameters;
use super::rsa::RsaKey;

/// A public key.
#[derive(Debug)]
pub(in super::super) enum Key<'a> {
    /// RSA, for anything.
    Rsa(RsaKey),
    /// RSA for RSA-PSS alone, maybe only with some parameters.
    RsaPss(RsaKey, Option<PssParameters>),
    /// On a curve that we know, and its point.
    Ec(Curve, &'a [u8]),
    /// On a curve that is written out instead of named.
    EcExplicit,
    /// Ed25519, which webpki alone looks at.
    Ed25519,
    /// An unsupported key, by its name.
    Other(String),
}

/// The curves we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

impl<'a> Key<'a> {
    /// Reads a key; `None` when it is damaged.
    pub(in super::super) fn read(info: &'a SubjectPublicKeyInfo<'_>) -> Option<Self> {
        let bits: &[u8] = &info.subject_public_key.data;
        let parameters = info.algorithm.parameters.as_ref();
        let rsa = RSAPublicKey::from_der(bits).ok().and_then(|(_, key)| RsaKey::new(&key));
        Some(match info.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.1" => rsa.map_or_else(strange_rsa, Self::Rsa),
            "1.2.840.113549.1.1.10" => {
                let limits = match parameters {
                    None => None,
                    Some(_) => Some(PssParameters::read(&info.algorithm)?),
                };
                rsa.map_or_else(strange_rsa, |key| Self::RsaPss(key, limits))
            }
            "1.2.840.10045.2.1" => match parameters? {
                curve if curve.tag() == Tag::Oid => on_curve(&name_of(&curve.as_oid().ok()?), bits),
                _ => Self::EcExplicit,
            },
            "1.3.101.112" => Self::Ed25519,
            oid => Self::Other(name_of_kind(oid)),
        })
    }
}

/// The name, the same in every language, of a key that is neither RSA nor on a named curve, nor Ed25519.
fn name_of_kind(oid: &str) -> String {
    match oid {
        "1.3.101.113" => "Ed448".to_owned(),
        "1.3.101.110" | "1.3.101.111" => "X25519, X448".to_owned(),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        oid => {
            let oid: String = oid.chars().take(LONGEST_NAME).collect();
            format!("OID {oid}")
        }
    }
}

/// The name of a private key of this algorithm, if a client can't use it.
pub(in super::super) fn unusable(algorithm: &AlgorithmIdentifier<'_>) -> Option<String> {
    match (algorithm.algorithm.to_id_string().as_str(), algorithm.parameters.as_ref()) {
        ("1.2.840.113549.1.1.1" | "1.3.101.112", _) => None,
        ("1.2.840.113549.1.1.10", _) => Some("RSA-PSS".to_owned()),
        ("1.2.840.10045.2.1", Some(curve)) if curve.tag() == Tag::Oid => {
            unusable_curve(&curve.as_oid().ok()?)
        }
        ("1.2.840.10045.2.1", _) => Some(EXPLICIT.to_owned()),
        (oid, _) => Some(name_of_kind(oid)),
    }
}

/// The same of a key on the curve of this name.
pub(in super::super) fn unusable_curve(curve: &Oid<'_>) -> Option<String> {
    match on_curve(&name_of(curve), &[]) {
        Key::Other(name) => Some(name),
        Key::Ec(Curve::Secp256k1, _) => Some("EC secp256k1".to_owned()),
        _ => None,
    }
}

/// A key whose curve is written out instead of named, by what OpenSSL calls that.
pub(in super::super) const EXPLICIT: &str = "EC, ec_param_enc:explicit";

/// Text from the certificate, so bounded.
const LONGEST_NAME: usize = 64;

/// An object identifier in digits, cut to a bounded length.
pub(super) fn name_of(oid: &Oid<'_>) -> String {
    let mut name = oid.to_id_string();
    name.truncate(LONGEST_NAME);
    name
}

/// RSA of more than 16384 bits, or with an uncommon exponent.
fn strange_rsa<'a>() -> Key<'a> {
    Key::Other("RSA > 16384, e".to_owned())
}

fn on_curve<'a>(oid: &str, point: &'a [u8]) -> Key<'a> {
    let name = match oid {
        "1.2.840.10045.3.1.7" => return Key::Ec(Curve::P256, point),
        "1.3.132.0.34" => return Key::Ec(Curve::P384, point),
        "1.3.132.0.35" => return Key::Ec(Curve::P521, point),
        "1.3.132.0.10" => return Key::Ec(Curve::Secp256k1, point),
        "1.2.840.10045.3.1.1" => "P-192",
        "1.2.840.10045.3.1.4" => "prime239v1",
        "1.3.132.0.33" => "P-224",
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.9" => "brainpoolP320r1",
        "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        "1.2.156.10197.1.301" => "SM2",
        other => other,
    };
    Key::Other(format!("EC {name}"))
}

//! The names of algorithms, and whether they are strong enough.

use haltere_core::SignatureAlgorithm;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::AlgorithmIdentifier;

use super::key::name_of;

/// Whether an algorithm of signatures can be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Strength {
    /// We check it.
    Accepted,
    /// It can be forged; its name.
    Weak(SignatureAlgorithm),
    /// Not supported; its name.
    Unsupported(SignatureAlgorithm),
}

/// Judges the algorithm of a certificate's signature.
pub(in super::super) fn strength(algorithm: &AlgorithmIdentifier<'_>) -> Strength {
    use SignatureAlgorithm as Name;
    use Strength::{Accepted, Unsupported, Weak};
    let oid = algorithm.algorithm.to_id_string();
    let name = match oid.as_str() {
        "1.2.840.113549.1.1.10" => return pss_strength(algorithm),
        "1.2.840.113549.1.1.2" => return Weak(Name::with("RSA", "MD2")),
        "1.2.840.113549.1.1.3" => return Weak(Name::with("RSA", "MD4")),
        "1.2.840.113549.1.1.4" => return Weak(Name::with("RSA", "MD5")),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => return Weak(Name::with("RSA", "SHA-1")),
        "1.3.36.3.3.1.2" => return Weak(Name::with("RSA", "RIPEMD-160")),
        "1.2.840.10045.4.1" => return Weak(Name::with("ECDSA", "SHA-1")),
        "1.2.840.10040.4.3" => return Weak(Name::with("DSA", "SHA-1")),
        "1.2.840.113549.1.1.15" => Name::with("RSA", "SHA-512/224"),
        "1.2.840.113549.1.1.16" => Name::with("RSA", "SHA-512/256"),
        "2.16.840.1.101.3.4.3.13" => Name::with("RSA", "SHA3-224"),
        "2.16.840.1.101.3.4.3.9" => Name::with("ECDSA", "SHA3-224"),
        "2.16.840.1.101.3.4.3.10" => Name::with("ECDSA", "SHA3-256"),
        "2.16.840.1.101.3.4.3.11" => Name::with("ECDSA", "SHA3-384"),
        "2.16.840.1.101.3.4.3.12" => Name::with("ECDSA", "SHA3-512"),
        "2.16.840.1.101.3.4.3.1" => Name::with("DSA", "SHA-224"),
        "2.16.840.1.101.3.4.3.2" => Name::with("DSA", "SHA-256"),
        "2.16.840.1.101.3.4.3.3" => Name::with("DSA", "SHA-384"),
        "2.16.840.1.101.3.4.3.4" => Name::with("DSA", "SHA-512"),
        "1.3.101.113" => Name::Named { scheme: "Ed448".to_owned() },
        "1.2.156.10197.1.501" => Name::with("SM2", "SM3"),
        // Ed25519 and ML-DSA are webpki's.
        "1.3.101.112"
        | "2.16.840.1.101.3.4.3.17"
        | "2.16.840.1.101.3.4.3.18"
        | "2.16.840.1.101.3.4.3.19" => return Accepted,
        _ if super::Scheme::of(algorithm).is_some() => return Accepted,
        _ => {
            let oid = name_of(&algorithm.algorithm);
            Name::UnknownAlgorithm { oid }
        }
    };
    Unsupported(name)
}

/// Whether a key of this kind makes signatures of this kind; true of those we don't know.
pub(in super::super) fn may_come_from(
    signature: &AlgorithmIdentifier<'_>,
    key: &AlgorithmIdentifier<'_>,
) -> bool {
    let [signature, key] = [signature, key].map(|it| it.algorithm.to_id_string());
    let key = match key.as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => "RSA",
        "1.2.840.10045.2.1" => "EC",
        "1.2.840.10040.4.1" => "DSA",
        other => return other == signature || maker(&signature).is_none(),
    };
    maker(&signature).is_none_or(|maker| maker == key)
}

/// The kind of key that makes signatures of this kind.
fn maker(signature: &str) -> Option<&'static str> {
    const NIST: &str = "2.16.840.1.101.3.4.3.";
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| signature.starts_with(prefix));
    let nist = signature.strip_prefix(NIST).and_then(|number| number.parse::<u32>().ok());
    Some(match nist {
        Some(1..=8) => "DSA",
        Some(9..=12) => "EC",
        Some(13..=16) => "RSA",
        _ if begins(&["1.2.840.113549.1.1.", "1.3.14.3.2.29", "1.3.36.3.3.1."]) => "RSA",
        _ if begins(&["1.2.840.10045.4.", "1.2.156.10197.1.501"]) => "EC",
        _ if begins(&["1.2.840.10040.4."]) => "DSA",
        _ if begins(&["1.3.101.", NIST]) => "another",
        _ => return None,
    })
}

fn pss_strength(algorithm: &AlgorithmIdentifier<'_>) -> Strength {
    if super::PssParameters::read(algorithm).is_some() {
        return Strength::Accepted;
    }
    let given = algorithm.parameters.as_ref().and_then(|it| RsaSsaPssParams::try_from(it).ok());
    let hash = given.as_ref().map(|given| given.hash_algorithm_oid().to_id_string());
    match hash.as_deref() {
        Some("1.3.14.3.2.26") => Strength::Weak(SignatureAlgorithm::with("RSA-PSS", "SHA-1")),
        Some("1.2.840.113549.2.5") => Strength::Weak(SignatureAlgorithm::with("RSA-PSS", "MD5")),
        _ => Strength::Unsupported(SignatureAlgorithm::UnknownPss),
    }
}

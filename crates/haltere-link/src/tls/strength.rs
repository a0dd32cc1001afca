//! Keys that are too small, and algorithms that are too weak or not supported: named as such, and not
//! as a wrong certificate.

use haltere_core::{CertificateOwner, LinkFailure, Reason, Setting, TlsCode};

use super::path::{End, Path, Step};
use super::signature::{Curve, Key, Strength};

/// The smallest RSA key that OpenSSL rates at 112 bits of security, the minimum of `mosquitto_pub` on
/// Debian. Messages name the round number.
const MIN_RSA_BITS: u64 = 1_966;

/// What we accept, for people.
const SIGNATURES: &str =
    "RSA and ECDSA with SHA-224 to SHA-512, RSA with SHA3-256 to SHA3-512, and Ed25519";
const CA_KEYS: &str =
    "RSA of 2048 bits or more, ECDSA on P-256, P-384, P-521 and secp256k1, and Ed25519";
const KEYS: &str = "RSA of 2048 bits or more, ECDSA on P-256, P-384 and P-521, and Ed25519";

/// A key or an algorithm that can't be accepted.
pub(super) type Weakness = (TlsCode, Reason);

/// Whose key is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOf {
    Ca,
    Broker,
}

/// Whose key a failure is about, if it is about one at all and not about a signature.
pub(crate) fn key_at_fault(failure: &LinkFailure) -> Option<KeyOf> {
    match *failure.message.reason {
        Reason::KeyTooSmall { whose, .. }
        | Reason::KeyUnsupported { whose, .. }
        | Reason::CurveExplicit { whose } => Some(match whose {
            CertificateOwner::Broker => KeyOf::Broker,
            CertificateOwner::Trusted | CertificateOwner::Chain => KeyOf::Ca,
        }),
        _ => None,
    }
}

/// The first one in the path, the leaf before all others.
pub(super) fn of_path(path: &Path<'_>) -> Option<Weakness> {
    let (leaf, issuers) = path.steps.split_first()?;
    of_leaf_key(leaf).or_else(|| {
        let is_root = |index| path.end == End::Trusted && index + 1 == path.steps.len();
        // The root is trusted as it is, however it was signed.
        let mut signed = path
            .steps
            .iter()
            .enumerate()
            .filter(|(index, step)| !(is_root(*index) && step.certificate.is_self_issued()));
        signed
            .find_map(|(index, step)| of_signature(index, step))
            .or_else(|| issuers.iter().find_map(of_ca_key))
    })
}

/// The weakness of the broker's key.
pub(super) fn of_leaf_key(leaf: &Step<'_>) -> Option<Weakness> {
    let whose = CertificateOwner::Broker;
    Some(match leaf.certificate.key()? {
        Key::Rsa(key) | Key::RsaPss(key, _) if key.bits() < MIN_RSA_BITS => (
            TlsCode::EeKeyTooSmall,
            Reason::KeyTooSmall { whose, bits: key.bits(), accepted: Setting(KEYS.into()) },
        ),
        Key::Ec(Curve::Secp256k1, _) => unsupported(whose, "EC secp256k1".to_owned(), KEYS),
        Key::EcExplicit => explicit(whose),
        Key::Other(name) => unsupported(whose, name, KEYS),
        _ => return None,
    })
}

fn of_ca_key(step: &Step<'_>) -> Option<Weakness> {
    let whose = if step.is_supplied { CertificateOwner::Trusted } else { CertificateOwner::Chain };
    Some(match step.certificate.key()? {
        Key::Rsa(key) | Key::RsaPss(key, _) if key.bits() < MIN_RSA_BITS => (
            TlsCode::CaKeyTooSmall,
            Reason::KeyTooSmall { whose, bits: key.bits(), accepted: Setting(CA_KEYS.into()) },
        ),
        Key::EcExplicit => explicit(whose),
        Key::Other(name) => unsupported(whose, name, CA_KEYS),
        _ => return None,
    })
}

fn of_signature(index: usize, step: &Step<'_>) -> Option<Weakness> {
    let whose = match index {
        0 => CertificateOwner::Broker,
        _ if step.is_supplied => CertificateOwner::Trusted,
        _ => CertificateOwner::Chain,
    };
    Some(match step.certificate.signature_strength() {
        Strength::Accepted => return None,
        Strength::Weak(name) => (
            TlsCode::CaMdTooWeak,
            Reason::SignatureTooWeak {
                whose,
                algorithm: name,
                accepted: Setting(SIGNATURES.into()),
            },
        ),
        Strength::Unsupported(name) => (
            TlsCode::UnsupportedSignatureAlgorithm,
            Reason::SignatureUnsupported {
                whose,
                algorithm: name,
                accepted: Setting(SIGNATURES.into()),
            },
        ),
    })
}

fn unsupported(whose: CertificateOwner, kind: String, accepted: &'static str) -> Weakness {
    let accepted = Setting(accepted.into());
    (TlsCode::UnsupportedSignatureAlgorithm, Reason::KeyUnsupported { whose, kind, accepted })
}

fn explicit(whose: CertificateOwner) -> Weakness {
    (TlsCode::EcKeyExplicitParams, Reason::CurveExplicit { whose })
}

//! Keys that are too small, and algorithms that are too weak or not supported: named as such, and not
//! as a wrong certificate.

use haltere_core::{LinkFailure, TlsCode};

use super::path::{End, Path, Step};
use super::signature::{Curve, EXPLICIT, Key, Strength};

/// The smallest RSA key that OpenSSL rates at 112 bits of security, the minimum of `mosquitto_pub` on
/// Debian. Messages name the round number.
const MIN_RSA_BITS: u64 = 1_966;

/// What we accept, for people.
const SIGNATURES: &str = "accepted are RSA and ECDSA with SHA-224 to SHA-512, RSA with SHA3-256 to SHA3-512, and Ed25519";
const CA_KEYS: &str = "accepted are RSA of 2048 bits or more, ECDSA on P-256, P-384, P-521 and secp256k1, and Ed25519";
const KEYS: &str =
    "accepted are RSA of 2048 bits or more, ECDSA on P-256, P-384 and P-521, and Ed25519";

/// A key or an algorithm that can't be accepted: OpenSSL's code, and words.
pub(super) type Weakness = (TlsCode, String);

const CA_OF_OPERATOR: &str = "A CA certificate in the field ca";
const CA_OF_PEER: &str = "A CA certificate in the broker's chain";
const HAS: &str = " has ";
const LEAF: &str = "The broker's certificate";

/// Whose key is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOf {
    Ca,
    Broker,
}

/// Whose key a failure is about, if it is about one at all and not about a signature.
pub(crate) fn key_at_fault(failure: &LinkFailure) -> Option<KeyOf> {
    let is_key_of =
        |whose: &str| failure.message.strip_prefix(whose).is_some_and(|rest| rest.starts_with(HAS));
    if is_key_of(LEAF) {
        Some(KeyOf::Broker)
    } else if is_key_of(CA_OF_OPERATOR) || is_key_of(CA_OF_PEER) {
        Some(KeyOf::Ca)
    } else {
        None
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
    let whose = LEAF;
    Some(match leaf.certificate.key()? {
        Key::Rsa(key) | Key::RsaPss(key, _) if key.bits() < MIN_RSA_BITS => (
            TlsCode::EeKeyTooSmall,
            format!("{whose}{HAS}an RSA key of {} bits, which is too small; {KEYS}", key.bits()),
        ),
        Key::Ec(Curve::Secp256k1, _) => {
            unsupported(whose, "an EC key on the curve secp256k1", KEYS)
        }
        Key::EcExplicit => explicit(whose),
        Key::Other(name) => unsupported(whose, &name, KEYS),
        _ => return None,
    })
}

fn of_ca_key(step: &Step<'_>) -> Option<Weakness> {
    let whose = if step.is_supplied { CA_OF_OPERATOR } else { CA_OF_PEER };
    Some(match step.certificate.key()? {
        Key::Rsa(key) | Key::RsaPss(key, _) if key.bits() < MIN_RSA_BITS => (
            TlsCode::CaKeyTooSmall,
            format!("{whose}{HAS}an RSA key of {} bits, which is too small; {CA_KEYS}", key.bits()),
        ),
        Key::EcExplicit => explicit(whose),
        Key::Other(name) => unsupported(whose, &name, CA_KEYS),
        _ => return None,
    })
}

fn of_signature(index: usize, step: &Step<'_>) -> Option<Weakness> {
    let whose = match index {
        0 => "The broker's certificate",
        _ if step.is_supplied => "A certificate in the field ca",
        _ => "A certificate in the broker's chain",
    };
    Some(match step.certificate.signature_strength() {
        Strength::Accepted => return None,
        Strength::Weak(name) => (
            TlsCode::CaMdTooWeak,
            format!("{whose} is signed by {name}, which is too weak; {SIGNATURES}"),
        ),
        Strength::Unsupported(name) => (
            TlsCode::UnsupportedSignatureAlgorithm,
            format!("{whose} is signed by {name}, which haltere does not support; {SIGNATURES}"),
        ),
    })
}

fn unsupported(whose: &str, key: &str, accepted: &str) -> Weakness {
    let message = format!("{whose}{HAS}{key}, which haltere does not support; {accepted}");
    (TlsCode::UnsupportedSignatureAlgorithm, message)
}

fn explicit(whose: &str) -> Weakness {
    let message = format!("{whose}{HAS}{EXPLICIT}; a named one is needed");
    (TlsCode::EcKeyExplicitParams, message)
}

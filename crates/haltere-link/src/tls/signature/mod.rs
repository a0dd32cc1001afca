//! Signatures on certificates, and by their keys, that webpki has no algorithm for.
//!
//! OpenSSL makes them when it is asked to, and `mosquitto_pub` accepts them: RSA with SHA-224 or SHA-3,
//! RSA-PSS with any length of salt (`openssl` salts with as much as fits), RSA keys of an uncommon
//! size, ECDSA with SHA-224 or on secp256k1. All of this serves the rules for old certificates; see
//! [`super::legacy`]. What is too weak or not supported at all is named by [`naming`].

mod ecdsa;
mod hash;
mod key;
mod naming;
mod pss;
mod rsa;

use x509_parser::x509::AlgorithmIdentifier;

use hash::Hash;
pub(super) use key::{Curve, EXPLICIT, Key, unusable, unusable_curve};
pub(super) use naming::{Strength, may_come_from, strength};
use pss::PssParameters;

/// How something was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// RSA as PKCS#1 1.5 has it.
    Rsa(Hash),
    /// RSA-PSS.
    RsaPss(PssParameters),
    /// ECDSA.
    Ecdsa(Hash),
}

impl Scheme {
    /// The scheme of a certificate's signature; `None` when it is another one, or too weak.
    pub(super) fn of(algorithm: &AlgorithmIdentifier<'_>) -> Option<Self> {
        Some(match algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.10" => Self::RsaPss(PssParameters::read(algorithm)?),
            "1.2.840.113549.1.1.11" => Self::Rsa(Hash::Sha256),
            "1.2.840.113549.1.1.12" => Self::Rsa(Hash::Sha384),
            "1.2.840.113549.1.1.13" => Self::Rsa(Hash::Sha512),
            "1.2.840.113549.1.1.14" => Self::Rsa(Hash::Sha224),
            "2.16.840.1.101.3.4.3.14" => Self::Rsa(Hash::Sha3_256),
            "2.16.840.1.101.3.4.3.15" => Self::Rsa(Hash::Sha3_384),
            "2.16.840.1.101.3.4.3.16" => Self::Rsa(Hash::Sha3_512),
            "1.2.840.10045.4.3.1" => Self::Ecdsa(Hash::Sha224),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Hash::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Hash::Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Hash::Sha512),
            _ => return None,
        })
    }

    /// The scheme of a handshake's signature, of those that an RSA key can make.
    pub(super) fn of_handshake(scheme: rustls::SignatureScheme) -> Option<Self> {
        use rustls::SignatureScheme as S;
        let pss = |hash| Self::RsaPss(PssParameters::salted_as_long_as(hash));
        Some(match scheme {
            S::RSA_PKCS1_SHA256 => Self::Rsa(Hash::Sha256),
            S::RSA_PKCS1_SHA384 => Self::Rsa(Hash::Sha384),
            S::RSA_PKCS1_SHA512 => Self::Rsa(Hash::Sha512),
            S::RSA_PSS_SHA256 | RSA_PSS_PSS_SHA256 => pss(Hash::Sha256),
            S::RSA_PSS_SHA384 | RSA_PSS_PSS_SHA384 => pss(Hash::Sha384),
            S::RSA_PSS_SHA512 | RSA_PSS_PSS_SHA512 => pss(Hash::Sha512),
            _ => return None,
        })
    }

    /// Whether `key` made `signature` over `message`.
    pub(super) fn verifies(self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> bool {
        match (self, key) {
            (Self::Rsa(hash), Key::Rsa(key)) => key.verifies_pkcs1(hash, message, signature),
            (Self::RsaPss(pss), Key::Rsa(key)) => key.verifies_pss(pss, message, signature),
            (Self::RsaPss(pss), Key::RsaPss(key, limits)) => {
                limits.is_none_or(|limits| limits.allow(pss))
                    && key.verifies_pss(pss, message, signature)
            }
            (Self::Ecdsa(hash), Key::Ec(curve, point)) => {
                ecdsa::verifies(*curve, point, hash, message, signature)
            }
            _ => false,
        }
    }
}

/// The schemes of TLS for keys that are for RSA-PSS alone (RFC 8446, 4.2.3), which rustls has no names for.
pub(super) const RSA_PSS_PSS: [rustls::SignatureScheme; 3] =
    [RSA_PSS_PSS_SHA256, RSA_PSS_PSS_SHA384, RSA_PSS_PSS_SHA512];

const RSA_PSS_PSS_SHA256: rustls::SignatureScheme = rustls::SignatureScheme::Unknown(0x0809);
const RSA_PSS_PSS_SHA384: rustls::SignatureScheme = rustls::SignatureScheme::Unknown(0x080a);
const RSA_PSS_PSS_SHA512: rustls::SignatureScheme = rustls::SignatureScheme::Unknown(0x080b);

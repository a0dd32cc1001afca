//! Hash functions in signatures.

use aws_lc_rs::digest::{self, Algorithm, Digest};

/// A hash function that is strong enough, and that aws-lc-rs has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Hash {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3_256,
    Sha3_384,
    Sha3_512,
}

impl Hash {
    /// By its object identifier.
    pub(super) fn by_oid(oid: &str) -> Option<Self> {
        Some(match oid {
            "2.16.840.1.101.3.4.2.4" => Self::Sha224,
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            "2.16.840.1.101.3.4.2.8" => Self::Sha3_256,
            "2.16.840.1.101.3.4.2.9" => Self::Sha3_384,
            "2.16.840.1.101.3.4.2.10" => Self::Sha3_512,
            _ => return None,
        })
    }

    pub(super) fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Sha224 => &digest::SHA224,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
            Self::Sha3_256 => &digest::SHA3_256,
            Self::Sha3_384 => &digest::SHA3_384,
            Self::Sha3_512 => &digest::SHA3_512,
        }
    }

    /// How many bytes come out.
    pub(super) fn len(self) -> usize {
        self.algorithm().output_len()
    }

    /// Hashes `data`.
    pub(super) fn of(self, data: &[u8]) -> Digest {
        digest::digest(self.algorithm(), data)
    }

    /// The last byte of its object identifier, which begins as all of NIST's do.
    pub(super) fn oid_end(self) -> u8 {
        match self {
            Self::Sha224 => 4,
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
            Self::Sha3_256 => 8,
            Self::Sha3_384 => 9,
            Self::Sha3_512 => 10,
        }
    }
}

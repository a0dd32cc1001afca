//! The parameters of RSA-PSS (RFC 4055, 3.1).

use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::AlgorithmIdentifier;

use super::hash::Hash;

/// What has to be known to check an RSA-PSS signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct PssParameters {
    /// Over the message.
    pub(super) hash: Hash,
    /// In the mask; `None` for SHA-1, the default, which is not weak there.
    pub(super) mask: Option<Hash>,
    /// In bytes.
    pub(super) salt: usize,
}

impl PssParameters {
    /// Those of a signature; `None` when they are no such parameters, or the hash is too weak.
    pub(super) fn read(algorithm: &AlgorithmIdentifier<'_>) -> Option<Self> {
        let given = RsaSsaPssParams::try_from(algorithm.parameters.as_ref()?).ok()?;
        let mask = given.mask_gen_algorithm().ok()?;
        let mask = match (mask.mgf.to_id_string().as_str(), mask.hash.to_id_string().as_str()) {
            ("1.2.840.113549.1.1.8", "1.3.14.3.2.26") => None,
            ("1.2.840.113549.1.1.8", hash) => Some(Hash::by_oid(hash)?),
            _ => return None,
        };
        let hash = Hash::by_oid(&given.hash_algorithm_oid().to_id_string())?;
        let salt = usize::try_from(given.salt_length()).ok()?;
        (given.trailer_field() == 1).then_some(Self { hash, mask, salt })
    }

    /// As TLS 1.3 has it.
    pub(super) fn salted_as_long_as(hash: Hash) -> Self {
        Self { hash, mask: Some(hash), salt: hash.len() }
    }

    /// Whether a key with these parameters may sign with `other`: the salt may be longer.
    pub(super) fn allow(&self, other: Self) -> bool {
        self.hash == other.hash && self.mask == other.mask && self.salt <= other.salt
    }
}

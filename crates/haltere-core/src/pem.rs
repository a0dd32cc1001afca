//! Certificates and keys, which a fleet shares.

use std::fmt;
use std::hash::{BuildHasher as _, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock, OnceLock, Weak};

use zeroize::{Zeroize, Zeroizing};

/// The bytes of a PEM file. Clones share them. They are overwritten when the last clone is dropped,
/// because they may be a private key.
#[derive(Clone)]
pub struct Pem(Arc<Content>);

struct Content {
    bytes: Zeroizing<Vec<u8>>,
    fingerprint: OnceLock<u64>,
}

/// Remembers a [`Pem`] without keeping it.
#[derive(Debug, Clone)]
pub struct WeakPem(Weak<Content>);

impl Pem {
    /// The largest accepted file, in bytes: twice the size of all system roots.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// The file with these bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = Zeroizing::new(bytes.into());
        Self(Arc::new(Content { bytes, fingerprint: OnceLock::new() }))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Whether the two hold the same memory.
    pub fn shares_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A hash of the bytes, equal for equal bytes within one process. Computed once for all clones.
    pub fn fingerprint(&self) -> u64 {
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        *self.0.fingerprint.get_or_init(|| KEYS.hash_one(self.bytes()))
    }

    /// Remembers it without keeping it.
    pub fn downgrade(&self) -> WeakPem {
        WeakPem(Arc::downgrade(&self.0))
    }
}

impl WeakPem {
    /// The file, if it is still in use.
    pub fn upgrade(&self) -> Option<Pem> {
        self.0.upgrade().map(Pem)
    }
}

impl PartialEq for Pem {
    fn eq(&self, other: &Self) -> bool {
        self.shares_with(other) || self.bytes() == other.bytes()
    }
}

impl Eq for Pem {}

impl Hash for Pem {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint().hash(state);
    }
}

/// Drops this reference; others may remain.
impl Zeroize for Pem {
    fn zeroize(&mut self) {
        *self = Self::new(Vec::new());
    }
}

/// Shows only the size.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pem({} bytes)", self.bytes().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn clones_share_and_equal_ones_are_equal() {
        let one = Pem::new("a");
        let (clone, equal, other) = (one.clone(), Pem::new("a"), Pem::new("b"));
        assert!(one.shares_with(&clone) && !one.shares_with(&equal));
        assert_eq!((&one, one.fingerprint()), (&equal, equal.fingerprint()));
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "Pem(1 bytes)");
    }

    #[test]
    fn it_is_freed_with_its_last_user() {
        let one = Secret::new(Pem::new("a key"));
        let (weak, other) = (one.expose().downgrade(), one.clone());
        drop(one);
        assert_eq!(other.expose().bytes(), b"a key");
        assert!(weak.upgrade().is_some());
        drop(other);
        assert!(weak.upgrade().is_none());
    }
}

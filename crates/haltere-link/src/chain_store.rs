//! The certificates that brokers presented last, stored once for all links.
//!
//! The brokers of a fleet share their CAs, and many share a certificate. Each certificate is stored once,
//! and freed when no link refers to it any more.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use haltere_core::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

use crate::attempt_trace::PresentedCertificates;
use crate::tls::{CertificateFacts, certificate_facts, issuer_of};

/// The most certificates stored of one chain. Most chains have three.
const MAX_CERTIFICATES: usize = 8;
/// The most bytes stored of one chain. Most chains have 4 KiB; TLS lets a hostile broker send 60.
const MAX_BYTES: usize = 16 * 1024;

/// The certificates that a broker presented last, whether they were accepted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedChain {
    /// When the broker presented them.
    pub at: Timestamp,
    /// Whether they were accepted. A broker whose certificate was accepted may still have refused ours.
    pub accepted: bool,
    /// Leaf first; at most 8.
    pub certificates: Vec<CertificateFacts>,
    /// How many certificates were dropped because of the limits.
    pub left_out: usize,
}

/// The stored form of a [`PresentedChain`].
pub(crate) struct StoredChain {
    at: Timestamp,
    accepted: bool,
    left_out: usize,
    chain: Box<[Arc<Certificate>]>,
}

impl StoredChain {
    /// Whether the chain was refused.
    pub(crate) fn is_refused(&self) -> bool {
        !self.accepted
    }

    /// For each certificate of this chain, whether `other` contains it.
    pub(crate) fn shared_with(&self, other: &Self) -> impl Iterator<Item = bool> {
        self.chain.iter().map(|own| other.chain.iter().any(|it| Arc::ptr_eq(own, it)))
    }

    /// Parses the stored certificates.
    pub(crate) fn read(&self) -> PresentedChain {
        PresentedChain {
            at: self.at,
            accepted: self.accepted,
            certificates: self.chain.iter().map(|it| certificate_facts(&it.der)).collect(),
            left_out: self.left_out,
        }
    }

    /// Who signed the certificates, if they were refused: the issuer of the last one, whether or not the broker sent the
    /// CA's own certificate.
    pub(crate) fn refused_issuer(&self) -> Option<Arc<str>> {
        let last = self.chain.last().filter(|_| !self.accepted)?;
        issuer_of(&last.der).map(Arc::from)
    }
}

/// All certificates that a stored chain refers to.
#[derive(Default)]
pub(crate) struct ChainStore(Arc<Certificates>);

/// By SHA-256.
#[derive(Default)]
struct Certificates(Mutex<HashMap<[u8; 32], Weak<Certificate>>>);

/// One certificate. Removes itself from the store when its last reference is dropped.
struct Certificate {
    sha256: [u8; 32],
    der: Box<[u8]>,
    store: Arc<Certificates>,
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let mut stored = self.store.lock();
        // Another thread may have stored the same certificate again since the last reference was dropped.
        if stored.get(&self.sha256).is_some_and(|it| it.strong_count() == 0) {
            stored.remove(&self.sha256);
            if stored.len() < stored.capacity() / 4 {
                stored.shrink_to_fit();
            }
        }
    }
}

impl Certificates {
    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Weak<Certificate>>> {
        self.0.lock()
    }
}

impl ChainStore {
    /// Stores what was presented `at`, within the limits.
    pub(crate) fn store(&self, presented: &PresentedCertificates, at: Timestamp) -> StoredChain {
        let mut bytes = 0;
        let within = |der: &&CertificateDer<'_>| {
            bytes += der.len();
            bytes <= MAX_BYTES
        };
        let chain = presented.chain.iter().take(MAX_CERTIFICATES).take_while(within);
        let chain: Box<[_]> = chain.map(|der| self.intern(der)).collect();
        let left_out = presented.chain.len() - chain.len();
        StoredChain { at, accepted: presented.accepted, left_out, chain }
    }

    fn intern(&self, der: &[u8]) -> Arc<Certificate> {
        let Self(store) = self;
        let sha256 = Sha256::digest(der).into();
        let mut stored = store.lock();
        if let Some(shared) = stored.get(&sha256).and_then(Weak::upgrade) {
            return shared;
        }
        let shared = Arc::new(Certificate { sha256, der: der.into(), store: Arc::clone(store) });
        stored.insert(sha256, Arc::downgrade(&shared));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(sizes: &[usize]) -> PresentedCertificates {
        let chain = sizes.iter().map(|size| CertificateDer::from(vec![7; *size])).collect();
        PresentedCertificates { chain, accepted: true }
    }

    fn store(store: &ChainStore, sizes: &[usize]) -> StoredChain {
        store.store(&presented(sizes), Timestamp::UNIX_EPOCH)
    }

    fn count(store: &ChainStore) -> usize {
        store.0.lock().len()
    }

    #[test]
    fn equal_certificates_are_stored_once() {
        let chains = ChainStore::default();
        let (one, other) = (store(&chains, &[10, 20]), store(&chains, &[15, 20]));
        assert!(Arc::ptr_eq(&one.chain[1], &other.chain[1]));
        assert!(one.shared_with(&other).eq([false, true]));
        assert_eq!(count(&chains), 3);
    }

    #[test]
    fn an_unreferenced_certificate_is_freed_at_once() {
        let chains = ChainStore::default();
        let (one, other) = (store(&chains, &[10, 20]), store(&chains, &[15, 20]));
        drop(one);
        assert_eq!(count(&chains), 2);
        let again = store(&chains, &[20]);
        drop(other);
        assert_eq!(count(&chains), 1);
        drop(again);
        assert_eq!(count(&chains), 0);
    }

    #[test]
    fn a_certificate_stored_again_while_it_is_freed_stays_stored() {
        let chains = ChainStore::default();
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..10_000 {
                        let first = store(&chains, &[10]);
                        let same = store(&chains, &[10]);
                        assert!(Arc::ptr_eq(&first.chain[0], &same.chain[0]));
                    }
                });
            }
        });
        assert_eq!(count(&chains), 0);
    }

    #[test]
    fn a_long_chain_is_cut_and_the_rest_is_counted() {
        let chains = ChainStore::default();
        let stored = |sizes: &[usize]| {
            let chain = store(&chains, sizes).read();
            (chain.certificates.len(), chain.left_out)
        };
        assert_eq!(stored(&[1_000; 3]), (3, 0));
        assert_eq!(stored(&[10; 50]), (8, 42));
        assert_eq!(stored(&[MAX_BYTES - 1, 1, 1]), (2, 1));
        assert_eq!(stored(&[MAX_BYTES + 1]), (0, 1));
    }

    /// The memory per link in addition to its certificates.
    #[test]
    fn a_stored_chain_is_small() {
        assert!(size_of::<StoredChain>() <= 48, "{}", size_of::<StoredChain>());
    }
}

//! The certificates brokers last presented, remembered for every link at little cost.
//!
//! A fleet's brokers share their CAs, and many share a certificate: each certificate is kept once,
//! however many links have seen it, and is gone when the last of them has let go.

use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use haltere_core::Timestamp;
use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

use crate::tls::{CertificateFacts, certificate_facts};
use crate::trail::Presented;

/// The most certificates kept of one chain. Three are usual.
const MAX_CERTIFICATES: usize = 8;
/// The most bytes kept of one chain. Four kilobytes are usual; TLS lets a hostile broker send sixty.
const MAX_BYTES: usize = 16 * 1024;

/// The certificates a broker last presented to a link, whether they were accepted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedChain {
    /// When.
    pub at: Timestamp,
    /// Whether they were accepted. A broker whose certificate was accepted may still have refused ours.
    pub accepted: bool,
    /// Leaf first; at most 8.
    pub certificates: Vec<CertificateFacts>,
    /// How many more there were, beyond what is kept.
    pub left_out: usize,
}

/// What is kept of a [`PresentedChain`].
pub(crate) struct Kept {
    at: Timestamp,
    accepted: bool,
    left_out: usize,
    chain: Box<[Arc<Certificate>]>,
}

impl Kept {
    /// In words.
    pub(crate) fn read(&self) -> PresentedChain {
        PresentedChain {
            at: self.at,
            accepted: self.accepted,
            certificates: self.chain.iter().map(|it| certificate_facts(&it.der)).collect(),
            left_out: self.left_out,
        }
    }
}

/// Every certificate somebody holds.
#[derive(Default)]
pub(crate) struct Pool(Arc<Known>);

/// By SHA-256.
#[derive(Default)]
struct Known(Mutex<HashMap<[u8; 32], Weak<Certificate>>>);

/// One certificate. Whoever drops it last takes it out of the pool.
struct Certificate {
    sha256: [u8; 32],
    der: Box<[u8]>,
    known: Arc<Known>,
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let mut known = self.known.lock();
        // The same may have come in anew between the last one's letting go and here.
        if known.get(&self.sha256).is_some_and(|held| held.strong_count() == 0) {
            known.remove(&self.sha256);
            if known.len() < known.capacity() / 4 {
                known.shrink_to_fit();
            }
        }
    }
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Weak<Certificate>>> {
        self.0.lock()
    }
}

impl Pool {
    /// Keeps what was presented `at`, as far as the bounds allow.
    pub(crate) fn keep(&self, presented: &Presented, at: Timestamp) -> Kept {
        let mut bytes = 0;
        let within = |der: &&CertificateDer<'_>| {
            bytes += der.len();
            bytes <= MAX_BYTES
        };
        let chain = presented.chain.iter().take(MAX_CERTIFICATES).take_while(within);
        let chain: Box<[_]> = chain.map(|der| self.share(der)).collect();
        let left_out = presented.chain.len() - chain.len();
        Kept { at, accepted: presented.accepted, left_out, chain }
    }

    fn share(&self, der: &[u8]) -> Arc<Certificate> {
        let Self(pool) = self;
        let sha256 = Sha256::digest(der).into();
        let mut known = pool.lock();
        if let Some(shared) = known.get(&sha256).and_then(Weak::upgrade) {
            return shared;
        }
        let shared = Arc::new(Certificate { sha256, der: der.into(), known: Arc::clone(pool) });
        known.insert(sha256, Arc::downgrade(&shared));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(sizes: &[usize]) -> Presented {
        let chain = sizes.iter().map(|size| CertificateDer::from(vec![7; *size])).collect();
        Presented { chain, accepted: true }
    }

    fn keep(pool: &Pool, sizes: &[usize]) -> Kept {
        pool.keep(&presented(sizes), Timestamp::UNIX_EPOCH)
    }

    fn known(pool: &Pool) -> usize {
        pool.0.lock().len()
    }

    #[test]
    fn equal_certificates_are_kept_once() {
        let pool = Pool::default();
        let (one, other) = (keep(&pool, &[10, 20]), keep(&pool, &[15, 20]));
        assert!(Arc::ptr_eq(&one.chain[1], &other.chain[1]));
        assert_eq!(known(&pool), 3);
    }

    #[test]
    fn what_nobody_holds_any_more_is_freed_at_once() {
        let pool = Pool::default();
        let (one, other) = (keep(&pool, &[10, 20]), keep(&pool, &[15, 20]));
        drop(one);
        assert_eq!(known(&pool), 2);
        let again = keep(&pool, &[20]);
        drop(other);
        assert_eq!(known(&pool), 1);
        drop(again);
        assert_eq!(known(&pool), 0);
    }

    #[test]
    fn what_comes_while_the_last_one_lets_go_stays_known() {
        let pool = Pool::default();
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..10_000 {
                        let kept = keep(&pool, &[10]);
                        let same = keep(&pool, &[10]);
                        assert!(Arc::ptr_eq(&kept.chain[0], &same.chain[0]));
                    }
                });
            }
        });
        assert_eq!(known(&pool), 0);
    }

    #[test]
    fn a_long_chain_is_cut_and_says_so() {
        let pool = Pool::default();
        let kept = |sizes: &[usize]| {
            let kept = keep(&pool, sizes).read();
            (kept.certificates.len(), kept.left_out)
        };
        assert_eq!(kept(&[1_000; 3]), (3, 0));
        assert_eq!(kept(&[10; 50]), (8, 42));
        assert_eq!(kept(&[MAX_BYTES - 1, 1, 1]), (2, 1));
        assert_eq!(kept(&[MAX_BYTES + 1]), (0, 1));
    }

    /// What remembering costs a link whose broker has a certificate of its own, beside that certificate.
    #[test]
    fn what_is_kept_is_small() {
        assert!(size_of::<Kept>() <= 48, "{}", size_of::<Kept>());
    }
}

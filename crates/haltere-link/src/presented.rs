//! The certificates brokers last presented, remembered for every link at little cost.
//!
//! A fleet's brokers share their CAs, and many share a certificate: each certificate is kept once,
//! however many links have seen it. Its memory is given back when the pool next grows after the last of
//! them has let go, so that what is dead is never more than what once lived.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use haltere_core::Timestamp;
use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

use crate::tls::{CertificateFacts, certificate_facts};
use crate::trail::Presented;

/// The most certificates kept of one chain. Three are usual.
const MAX_CERTIFICATES: usize = 8;
/// The most bytes kept of one chain. Four kilobytes are usual; TLS lets a hostile broker send sixty.
const MAX_BYTES: usize = 16 * 1024;
/// Below this many certificates nobody looks for those that are no longer used.
const FEW: usize = 64;

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
    chain: Box<[Arc<[u8]>]>,
}

impl Kept {
    /// In words.
    pub(crate) fn read(&self) -> PresentedChain {
        PresentedChain {
            at: self.at,
            accepted: self.accepted,
            certificates: self.chain.iter().map(|der| certificate_facts(der)).collect(),
            left_out: self.left_out,
        }
    }
}

/// Every certificate somebody holds, by its SHA-256.
#[derive(Default)]
pub(crate) struct Pool(Mutex<HashMap<[u8; 32], Weak<[u8]>>>);

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

    fn share(&self, der: &[u8]) -> Arc<[u8]> {
        let key = Sha256::digest(der).into();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.get(&key).and_then(Weak::upgrade) {
            return shared;
        }
        // Growing is dear anyway: a good moment to forget what nobody holds any more.
        if known.len() >= FEW && known.len() == known.capacity() {
            known.retain(|_, shared| shared.strong_count() > 0);
        }
        let shared = Arc::from(der);
        known.insert(key, Arc::downgrade(&shared));
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

    #[test]
    fn equal_certificates_are_kept_once() {
        let pool = Pool::default();
        let (one, other) = (keep(&pool, &[10, 20]), keep(&pool, &[15, 20]));
        assert!(Arc::ptr_eq(&one.chain[1], &other.chain[1]));
        assert_eq!(pool.0.lock().expect("not poisoned").len(), 3);
    }

    #[test]
    fn what_nobody_holds_is_forgotten() {
        let pool = Pool::default();
        let held = keep(&pool, &[1]);
        for size in 2..5_000 {
            keep(&pool, &[size]);
        }
        let known = pool.0.lock().expect("not poisoned");
        assert!(known.len() <= 4 * FEW, "{} are known, one is held", known.len());
        assert_eq!(held.chain[0].len(), 1);
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

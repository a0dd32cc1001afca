//! Certificates and keys in memory: equal ones are stored once, for all connections that use them.

use std::collections::HashMap;

use haltere_core::{Connection, Pem, Secret, TlsSettings, WeakPem};
use haltere_link::tls::{Cleaned, Impurity, check_stored};
use parking_lot::Mutex;

/// The smallest number of entries at which unused ones are removed.
const FEW: usize = 64;

/// The certificates and keys in use. Holds weak references only.
#[derive(Debug, Default)]
pub(crate) struct PemCache {
    /// Files that hold only certificates.
    certificates: Mutex<Shared>,
    /// Stored files with the same certificates in another layout.
    relaid: Mutex<Shared>,
    keys: Mutex<Shared>,
}

/// Files by fingerprint, each with the file that replaces it: itself, or one that is equal.
#[derive(Debug, Default)]
struct Shared {
    known: HashMap<u64, Vec<(WeakPem, WeakPem)>>,
    /// The number of entries at which unused ones are removed next.
    prune_at: usize,
}

impl PemCache {
    /// The cleaned form of a stored `ca` or `cert`, and what was removed. A file that is in use already is not
    /// parsed again.
    pub(super) fn cleaned(&self, stored: &Pem) -> (Pem, Option<Cleaned>) {
        if let Some(known) = locked(&self.certificates).get(stored) {
            return (known, None);
        }
        if let Some(certificates) = locked(&self.relaid).get(stored) {
            let cleaned = Cleaned { certificates, key: None, found: Impurity::Layout };
            return (cleaned.certificates.clone(), Some(cleaned));
        }
        let cleaned = check_stored(stored);
        let clean = cleaned.as_ref().map_or(stored, |cleaned| &cleaned.certificates);
        let clean = locked(&self.certificates).share(clean);
        if cleaned.as_ref().is_some_and(|cleaned| cleaned.found == Impurity::Layout) {
            locked(&self.relaid).put(stored, &clean);
        }
        (clean, cleaned)
    }

    /// The connection, with its certificates and key shared with equal ones. The certificates have to be clean.
    pub(super) fn share(&self, mut connection: Connection) -> Connection {
        let TlsSettings { ca, cert, key, .. } = &mut connection.settings.tls;
        let certificate = |pem: &Pem| locked(&self.certificates).share(pem);
        for pem in [ca, cert].into_iter().flatten() {
            *pem = certificate(pem);
        }
        if let Some(key) = key {
            *key = Secret::new(locked(&self.keys).share(key.expose()));
        }
        connection
    }
}

impl Shared {
    fn get(&self, wanted: &Pem) -> Option<Pem> {
        let same = self.known.get(&wanted.fingerprint())?;
        let held = |(known, held): &(WeakPem, WeakPem)| {
            held.upgrade().filter(|_| known.upgrade().as_ref() == Some(wanted))
        };
        same.iter().find_map(held)
    }

    fn share(&mut self, wanted: &Pem) -> Pem {
        if let Some(known) = self.get(wanted) {
            return known;
        }
        self.put(wanted, wanted);
        wanted.clone()
    }

    /// Replaces `known` by `held` from now on.
    fn put(&mut self, known: &Pem, held: &Pem) {
        if self.known.len() >= self.prune_at {
            self.known.retain(|_, same| {
                same.retain(|(known, held)| known.upgrade().and(held.upgrade()).is_some());
                !same.is_empty()
            });
            self.prune_at = FEW.max(2 * self.known.len());
        }
        let pair = (known.downgrade(), held.downgrade());
        self.known.entry(known.fingerprint()).or_default().push(pair);
    }
}

fn locked(shared: &Mutex<Shared>) -> parking_lot::MutexGuard<'_, Shared> {
    shared.lock()
}

#[cfg(test)]
mod tests {
    use haltere_testkit::Ca;
    use haltere_testkit::builders::{ConnectionExt as _, connection, showing, trusting};

    use super::*;

    #[test]
    fn equal_files_are_shared_and_freed_with_the_last_user() {
        let (pem_cache, ca) = (PemCache::default(), Ca::new("factory"));
        let identity = ca.client("me");
        let fresh = || {
            let tls = showing(trusting(&ca.pem()), &identity);
            pem_cache.share(connection("a").with_tls(tls))
        };
        let (one, other) = (fresh().settings.tls, fresh().settings.tls);
        let is_one = |a: &Option<Pem>, b: &Option<Pem>| {
            a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| a.shares_with(b))
        };
        assert!(is_one(&one.ca, &other.ca) && is_one(&one.cert, &other.cert));
        let keys = one.key.as_ref().zip(other.key.as_ref()).expect("keys");
        assert!(keys.0.expose().shares_with(keys.1.expose()));
        let weak = keys.0.expose().downgrade();
        drop((one, other));
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn unused_files_are_removed() {
        let mut shared = Shared::default();
        let kept: Vec<_> = (0..10).map(|n| shared.share(&Pem::new(format!("kept {n}")))).collect();
        for n in 0..10_000 {
            shared.share(&Pem::new(format!("dropped {n}")));
        }
        assert!(shared.known.len() <= 2 * FEW, "{}", shared.known.len());
        for pem in &kept {
            assert!(shared.share(&Pem::new(pem.bytes())).shares_with(pem));
        }
    }

    #[test]
    fn another_layout_is_the_same_file_and_parsed_once() {
        let (pem_cache, ca) = (PemCache::default(), Ca::new("factory").pem());
        let stored = Pem::new(ca.replace('\n', "\r\n"));
        let (clean, found) = pem_cache.cleaned(&stored);
        assert!(clean == Pem::new(ca.as_str()) && found.is_some());
        let (again, found) = pem_cache.cleaned(&stored);
        assert!(again.shares_with(&clean) && found.is_some_and(|it| it.found == Impurity::Layout));
        assert_eq!(locked(&pem_cache.relaid).known.len(), 1);
        let (plain, found) = pem_cache.cleaned(&Pem::new(ca.as_str()));
        assert!(plain.shares_with(&clean) && found.is_none());
    }

    #[test]
    fn a_key_in_use_is_not_accepted_as_a_certificate() {
        let (pem_cache, ca) = (PemCache::default(), Ca::new("factory"));
        let identity = ca.client("me");
        let used =
            pem_cache.share(connection("a").with_tls(showing(trusting(&ca.pem()), &identity)));
        let (clean, found) = pem_cache.cleaned(&Pem::new(identity.key_pem));
        assert!(
            clean.bytes().is_empty() && found.is_some_and(|it| it.found == Impurity::PrivateKey)
        );
        let (clean, found) = pem_cache.cleaned(&Pem::new(ca.pem()));
        assert!(found.is_none() && used.settings.tls.ca.is_some_and(|ca| ca.shares_with(&clean)));
    }
}

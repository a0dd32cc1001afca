//! Clients by what they were made from.

use std::collections::HashMap;
use std::sync::Arc;

use haltere_core::{Alpn, Pem, TlsMaterial};
use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

use super::client::TlsClient;

/// Enough for a fleet in which every broker has a client certificate of its own; each costs some
/// kilobytes.
const CAPACITY: usize = 1_024;

/// SHA-256 over the settings: the private key itself is not kept.
pub(super) type Key = [u8; 32];

/// The key of these settings.
pub(super) fn key(tls: &TlsMaterial) -> Key {
    // The server's name is given with each handshake.
    let TlsMaterial { reject_unauthorized, ca, cert, key, alpn, server_name: _ } = tls;
    let alpn = alpn.as_ref().map(Alpn::to_string);
    let mut hash = Sha256::new();
    hash.update([u8::from(*reject_unauthorized == Some(false))]);
    for part in [
        ca.as_ref().map(Pem::bytes),
        cert.as_ref().map(Pem::bytes),
        key.as_ref().map(|pem| pem.expose().bytes()),
        alpn.as_deref().map(str::as_bytes),
    ] {
        // With its length in front, so that no two settings look alike in a row.
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    hash.finalize().into()
}

/// The key of these roots.
pub(super) fn key_of_roots(roots: &[CertificateDer<'_>]) -> Key {
    let mut hash = Sha256::new();
    for root in roots {
        // DER says itself where it ends.
        hash.update(root);
    }
    hash.finalize().into()
}

/// The clients used last; bounded.
#[derive(Default)]
pub(super) struct Cache {
    clients: HashMap<Key, (Arc<TlsClient>, u64)>,
    /// Counts uses, to tell which client was used longest ago.
    clock: u64,
}

impl Cache {
    pub(super) fn get(&mut self, key: &Key) -> Option<Arc<TlsClient>> {
        self.clock += 1;
        let (client, used) = self.clients.get_mut(key)?;
        *used = self.clock;
        Some(Arc::clone(client))
    }

    /// Puts a client in; of two made at once for the same settings, the first stays.
    pub(super) fn insert(&mut self, key: Key, client: Arc<TlsClient>) -> Arc<TlsClient> {
        if let Some(existing) = self.get(&key) {
            return existing;
        }
        if self.clients.len() >= CAPACITY {
            let oldest =
                self.clients.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key);
            oldest.and_then(|oldest| self.clients.remove(&oldest));
        }
        self.clients.insert(key, (Arc::clone(&client), self.clock));
        client
    }
}

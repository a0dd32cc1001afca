//! Shared client configurations and the handshake.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use haltere_core::{Clock, Host, LinkFailure, Reason, Stage, TlsCode, TlsFacts, TlsSettings};
use lru::LruCache;
use parking_lot::Mutex;
use rustls::client::Resumption;
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::{CipherSuite, ClientConfig, ClientConnection, ProtocolVersion};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::certificate::Certificate;
use super::failure::{classify_handshake, refused_chain};
use super::material_error::MaterialError;
use super::parsed_settings::ParsedSettings;
use super::progress::{RecordingResolver, recorded};
use super::provider::provider;
use super::settings_key::{self, SettingsKey};
use super::trust::{Trust, WeakTrust};
use super::verifier::{Verifier, server_name};
use crate::failure::bare;

/// Enough for a fleet in which every broker has a client certificate of its own; each costs some
/// kilobytes.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(1_024).expect("not zero");

/// Makes [`TlsClient`]s: one for all connections with equal settings, so that ten thousand links
/// share a handful.
pub struct TlsClients {
    clock: Arc<dyn Clock>,
    system: OnceLock<Trust>,
    /// Roots in use: clients that differ in other settings share them.
    supplied: Mutex<HashMap<SettingsKey, WeakTrust>>,
    clients: Mutex<LruCache<SettingsKey, Arc<TlsClient>>>,
}

impl TlsClients {
    /// Loads nothing yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clients = Mutex::new(LruCache::new(CAPACITY));
        Self { clock, system: OnceLock::new(), supplied: Mutex::default(), clients }
    }

    /// The client for these settings. Quick, except that the first call without a `ca` reads the
    /// system's roots from disk (some milliseconds, once).
    pub fn get(&self, tls: &TlsSettings) -> Result<Arc<TlsClient>, MaterialError> {
        let key = settings_key::key(tls);
        if let Some(client) = self.clients.lock().get(&key) {
            return Ok(Arc::clone(client));
        }
        // Made outside the lock, so that other connections do not wait for it. If two callers make the
        // same client, the first one stays.
        let client = Arc::new(self.make(ParsedSettings::read(tls)?));
        Ok(Arc::clone(self.clients.lock().get_or_insert(key, || client)))
    }

    fn make(&self, settings: ParsedSettings) -> TlsClient {
        let trust = match (settings.verify, settings.ca) {
            (false, _) => None,
            (true, ca) if ca.is_empty() => Some(self.system.get_or_init(Trust::system).clone()),
            (true, ca) => Some(self.supplied(ca)),
        };
        let verifier = Arc::new(Verifier::new(trust, provider()));
        let time = Arc::new(Time(Arc::clone(&self.clock)));
        let builder =
            ClientConfig::builder_with_details(Arc::clone(provider()), Arc::clone(&time) as Arc<_>)
                .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
                .expect("the provider has cipher suites for both versions")
                .dangerous()
                .with_custom_certificate_verifier(Arc::clone(&verifier) as Arc<_>);
        let mut config = match settings.identity {
            // The resolver returns the certificate as it is; rustls' shorter way parses it first, and
            // refuses version 1.
            Some(identity) => {
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity)))
            }
            None => builder.with_no_client_auth(),
        };
        config.client_auth_cert_resolver =
            Arc::new(RecordingResolver(config.client_auth_cert_resolver));
        // A link lasts for days: remembering sessions costs more than it saves.
        config.resumption = Resumption::disabled();
        config.alpn_protocols = settings.alpn;
        TlsClient { config: Arc::new(config), verifier, time }
    }

    fn supplied(&self, ca: Vec<CertificateDer<'static>>) -> Trust {
        let key = settings_key::key_of_roots(&ca);
        let mut known = self.supplied.lock();
        if let Some(trust) = known.get(&key).and_then(WeakTrust::upgrade) {
            return trust;
        }
        // No more than there are clients, and those are bounded by the cache and by the links.
        known.retain(|_, trust| trust.upgrade().is_some());
        let trust = Trust::supplied(ca);
        known.insert(key, trust.downgrade());
        trust
    }
}

/// Speaks TLS with brokers, with one set of settings.
pub struct TlsClient {
    config: Arc<ClientConfig>,
    verifier: Arc<Verifier>,
    time: Arc<Time>,
}

/// A TLS handshake that went well.
#[derive(Debug)]
pub struct Handshake<S> {
    /// The encrypted stream.
    pub stream: TlsStream<S>,
    /// What is known of the connection.
    pub facts: TlsFacts,
    /// The certificates the broker presented, leaf first.
    pub peer_chain: Vec<CertificateDer<'static>>,
}

/// A TLS handshake that failed.
#[derive(Debug)]
pub struct HandshakeFailure {
    /// Why; without address and port, as Node reports it.
    pub failure: LinkFailure,
    /// The certificates the broker presented, leaf first, when they were refused; else empty.
    pub peer_chain: Vec<CertificateDer<'static>>,
}

impl TlsClient {
    #[cfg(test)]
    pub(super) fn shares_roots_with(&self, other: &Self) -> bool {
        self.verifier.shares_roots_with(&other.verifier)
    }

    /// Does the handshake over `stream`; `host` is the name sent to the broker, and the one that its
    /// certificate has to be for. Waits for the peer without a limit of its own. Dropping the future
    /// closes the stream.
    pub async fn connect<S>(
        &self,
        host: &Host,
        stream: S,
    ) -> Result<Handshake<S>, Box<HandshakeFailure>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = server_name(host).ok_or_else(|| Box::new(impossible_name(host)))?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let (outcome, reached) = recorded(connector.connect(name.clone(), stream)).await;
        match outcome {
            Ok(stream) => {
                let connection = stream.get_ref().1;
                let peer_chain: Vec<_> = connection
                    .peer_certificates()
                    .unwrap_or_default()
                    .iter()
                    .map(|der| der.clone().into_owned())
                    .collect();
                let facts = self.facts(connection, &peer_chain, &name);
                Ok(Handshake { stream, facts, peer_chain })
            }
            Err(error) => Err(Box::new(HandshakeFailure {
                failure: classify_handshake(&error, reached),
                peer_chain: refused_chain(&error),
            })),
        }
    }

    fn facts(
        &self,
        connection: &ClientConnection,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
    ) -> TlsFacts {
        let leaf = chain.first().and_then(|leaf| Certificate::parse(leaf));
        TlsFacts {
            version: match connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
                _ => "TLSv1.3",
            },
            cipher: connection
                .negotiated_cipher_suite()
                .map_or("unknown", |suite| cipher_name(suite.suite())),
            legacy_certificate: self.verifier.is_legacy(chain, name, self.time.now()),
            not_after: leaf.map(|leaf| leaf.not_after()),
        }
    }
}

/// The name IANA gave a cipher suite. rustls puts the version into those of TLS 1.3.
fn cipher_name(suite: CipherSuite) -> &'static str {
    match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        other => other.as_str().unwrap_or("unknown"),
    }
}

fn impossible_name(host: &Host) -> HandshakeFailure {
    HandshakeFailure {
        failure: bare(
            Stage::Tls,
            TlsCode::CertAltNameInvalid,
            Reason::ImpossibleName { host: host.to_string() },
        ),
        peer_chain: Vec::new(),
    }
}

/// Hands our clock to rustls.
struct Time(Arc<dyn Clock>);

impl Time {
    fn now(&self) -> UnixTime {
        // Before 1970 nothing is valid anyway.
        let seconds = u64::try_from(self.0.now().as_second()).unwrap_or(0);
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }
}

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.now())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Time")
    }
}

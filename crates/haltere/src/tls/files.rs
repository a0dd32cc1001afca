//! The two files that certificate and key come from.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use haltere_core::Secret;
use haltere_link::tls::{CertificateFacts, certificate_facts, provider, read_identity};
use rustls::ServerConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::plain_file;

/// The longest file, in bytes; a longer one is certainly the wrong one.
const MAX_BYTES: u64 = 1 << 20;

/// Where certificate and key are.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
}

/// What the files hold.
pub(super) struct Identity {
    pub(super) config: Arc<ServerConfig>,
    /// Of the server's own certificate.
    pub(super) facts: CertificateFacts,
    /// The permissions of the key's file, if all users may read it.
    pub(super) exposed: Option<u32>,
}

/// Identifies a state of the files without reading them. Follows links, with which certbot and Kubernetes
/// exchange certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp([Option<[i128; 4]>; 2]);

impl Files {
    pub(super) fn stamp(&self) -> Stamp {
        Stamp([&self.cert, &self.key].map(|path| {
            let file = fs::metadata(path).ok()?;
            let changed = i128::from(file.ctime()) * 1_000_000_000 + i128::from(file.ctime_nsec());
            Some([file.dev().into(), file.ino().into(), file.size().into(), changed])
        }))
    }

    /// Reads both files and makes of them what new connections need.
    ///
    /// # Errors
    ///
    /// The message begins with the setting at fault, and names the file.
    pub(super) fn read(&self) -> anyhow::Result<Identity> {
        let cert = read(&self.cert).with_context(|| self.place("cert"))?;
        let key = read(&self.key).map(Secret::new).with_context(|| self.place("key"))?;
        let certified = read_identity(&cert, key.expose())
            .map_err(|error| anyhow!("{}: {}", self.place(error.field), error.reason))?;
        let leaf = certified.cert.first().map(|leaf| certificate_facts(leaf));
        Ok(Identity {
            facts: leaf.context("server.tls_cert: is empty")?,
            config: Arc::new(config(certified).context("server.tls_cert")?),
            exposed: exposed(&self.key),
        })
    }

    fn place(&self, field: &str) -> String {
        let path = if field == "cert" { &self.cert } else { &self.key };
        format!("server.tls_{field}: {}", path.display())
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    plain_file::read(path, MAX_BYTES)
}

/// TLS 1.2 and 1.3, for any client, without early data (which can be replayed).
fn config(certified: CertifiedKey) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A group may be meant to read it (Debian's ssl-cert); all users are not.
fn exposed(key: &Path) -> Option<u32> {
    let mode = fs::metadata(key).ok()?.mode();
    (mode & 0o007 != 0).then_some(mode & 0o777)
}

//! Where a stored secret goes, and whether it was entered for that.
//!
//! If secrets are write-only, a user who may change a connection may not learn its password. So a
//! stored secret stays only while the destination it was entered for does: an edit or a test that leads
//! elsewhere, or there in a less trusted way, has to bring its own.

use haltere_core::sentence::Setting;
use haltere_core::{
    Alpn, BrokerUrl, ConnectionPatch, ConnectionSettings, Credentials, FieldChange, Host, Pem,
    TlsServerName, TlsSettings, Transport,
};

use crate::app::SecretsPolicy;
use crate::error::{FieldFault, Invalid};

/// The peer a secret is given to, and how it has to prove who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    transport: Transport,
    host: Host,
    port: u16,
    path: String,
    verified: bool,
    ca: Option<Pem>,
    alpn: Option<Alpn>,
    server_name: Option<TlsServerName>,
}

impl Destination {
    /// By what is stored, whether the plugin `tls` is on or off: it may be switched at any time. No `..`:
    /// a new TLS setting does not compile until it is handled here.
    pub(super) fn new(url: &BrokerUrl, tls: &TlsSettings) -> Self {
        let TlsSettings { reject_unauthorized, ca, cert: _, key: _, alpn, server_name } = tls;
        Self {
            transport: url.transport(),
            host: url.host().canonical(),
            port: url.port(),
            path: url.path().to_owned(),
            verified: reject_unauthorized.unwrap_or(true),
            ca: ca.clone(),
            alpn: alpn.clone(),
            server_name: server_name.clone(),
        }
    }

    /// The fields, by their names on the wire, in which another one differs.
    fn differences(&self, other: &Self) -> Vec<&'static str> {
        let Self { transport, host, port, path, verified, ca, alpn, server_name } = self;
        let same_url = *transport == other.transport
            && *host == other.host
            && *port == other.port
            && *path == other.path;
        let all = [
            ("url", !same_url),
            ("rejectUnauthorized", *verified != other.verified),
            ("ca", *ca != other.ca),
            ("tls.alpn", *alpn != other.alpn),
            ("tls.serverName", *server_name != other.server_name),
        ];
        all.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
    }
}

/// Which stored secrets a change does not replace.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetainedSecrets {
    password: bool,
    key: bool,
}

impl RetainedSecrets {
    /// Those that `patch` leaves as they are stored.
    pub(super) fn by(patch: &ConnectionPatch) -> Self {
        Self {
            password: matches!(patch.password, FieldChange::Keep),
            key: matches!(patch.key, FieldChange::Keep),
        }
    }

    /// Refuses a change after which one of these would go elsewhere than it was entered for. `entered_for`
    /// is `None` when that can't be read any more.
    pub(super) fn check(
        self,
        policy: SecretsPolicy,
        entered_for: Option<&Destination>,
        changed: &ConnectionSettings,
    ) -> Result<(), Invalid> {
        if policy == SecretsPolicy::Readable {
            // A user who may change it may read it.
            return Ok(());
        }
        let has_password = changed.credentials.as_ref().is_some_and(has_password);
        let field = match (self.password && has_password, self.key && changed.tls.key.is_some()) {
            (true, _) => "credentials.password",
            (false, true) => "key",
            (false, false) => return Ok(()),
        };
        let differs = match entered_for {
            None => vec!["url"],
            Some(before) => before.differences(&Destination::new(&changed.url, &changed.tls)),
        };
        if differs.is_empty() {
            return Ok(());
        }
        let differs = Setting(differs.join(" and ").into());
        Err(Invalid::of(field, &FieldFault::SecretOfAnotherBroker { differs }))
    }
}

fn has_password(credentials: &Credentials) -> bool {
    credentials.password.is_some()
}

#[cfg(test)]
mod tests;

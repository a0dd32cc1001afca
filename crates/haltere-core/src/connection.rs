//! A connection: our link to one broker, as an operator wants it to be.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::broker_url::BrokerUrl;
use crate::client_hello::{Alpn, TlsServerName};
use crate::pem::Pem;
use crate::secret::Secret;
use crate::text::{self, TextError};

/// A stored connection: what is *wanted*. How the link *is* says [`crate::ConnectionStatus`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Chosen when it is created; unique.
    pub id: ConnectionId,
    /// For people; unique.
    pub name: ConnectionName,
    /// Where the broker is.
    pub url: BrokerUrl,
    /// How to log in; `None` for anonymous.
    pub credentials: Option<Credentials>,
    /// TLS settings; kept, but without effect, while the plugin `tls` is off.
    pub tls: TlsMaterial,
    /// Settings of the management center for Mosquitto that are kept and returned.
    pub mmc: MmcFields,
    /// Whether the link should be up.
    pub intent: Intent,
    /// Grows with every change of this connection.
    pub revision: Revision,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A connection's id: 1 to 128 characters, no control characters, not `.` or `..`; case-sensitive, as given.
/// A new one hides nothing either: [`ConnectionId::check_new`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// The longest id, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Takes the text as given, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check(text, Self::MAX_CHARS)?;
        if matches!(text, "." | "..") {
            return Err(TextError::DotSegment);
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it may be given to a connection now: it holds nothing that hides or turns text.
    pub fn check_new(&self) -> Result<(), TextError> {
        text::check_visible(&self.0)
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A connection's name: trimmed, 1 to 128 characters, no control characters; case-sensitive.
/// A new one hides nothing either: [`ConnectionName::check_new`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionName(String);

impl ConnectionName {
    /// The longest name, in characters, after trimming.
    pub const MAX_CHARS: usize = 128;

    /// Trims the text and takes it, when it obeys the rules.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let trimmed = text.trim();
        text::check(trimmed, Self::MAX_CHARS)?;
        Ok(Self(trimmed.to_owned()))
    }

    /// Whether it may be given to a connection now: it holds nothing that hides or turns text.
    pub fn check_new(&self) -> Result<(), TextError> {
        text::check_visible(&self.0)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How to log in to the broker. At least one field is set; otherwise there are no credentials.
///
/// Cloning shares the texts: a connection and its link hold each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Never empty.
    pub username: Option<Arc<str>>,
    /// Only together with a username (MQTT 3.1.1, 3.1.2.9).
    pub password: Option<Arc<Secret<String>>>,
    /// The MQTT client id to use in place of haltere's own; never empty.
    pub client_id: Option<Arc<str>>,
}

impl Credentials {
    /// The longest username, password or client id, in bytes (an MQTT string's length has 16 bits).
    pub const MAX_BYTES: usize = 65_535;

    /// Drops what is empty or without effect; `None` when nothing is left.
    pub fn new(
        username: Option<String>,
        password: Option<Secret<String>>,
        client_id: Option<String>,
    ) -> Option<Self> {
        Self::shared(username.map(Arc::from), password.map(Arc::new), client_id.map(Arc::from))
    }

    /// As [`Self::new`], of texts that others hold, too.
    pub fn shared(
        username: Option<Arc<str>>,
        password: Option<Arc<Secret<String>>>,
        client_id: Option<Arc<str>>,
    ) -> Option<Self> {
        let username = username.filter(|text| !text.is_empty());
        let password = password.filter(|_| username.is_some());
        let client_id = client_id.filter(|text| !text.is_empty());
        (username.is_some() || client_id.is_some()).then_some(Self {
            username,
            password,
            client_id,
        })
    }
}

/// TLS settings as given. Whether they make sense together is checked by `haltere_link::tls`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsMaterial {
    /// `Some(false)`: take any certificate. `None`: never given, which means `true`.
    pub reject_unauthorized: Option<bool>,
    /// Trusted in place of the system's roots; one or more certificates.
    pub ca: Option<Pem>,
    /// Our client certificate, leaf first.
    pub cert: Option<Pem>,
    /// The private key of `cert`.
    pub key: Option<Secret<Pem>>,
    /// The protocols to ask for; `None` to ask for none.
    pub alpn: Option<Alpn>,
    /// The name to ask for and to find in the broker's certificate, in place of the URL's host.
    pub server_name: Option<TlsServerName>,
}

impl TlsMaterial {
    /// How large the certificates are, and with `key` the private key as well, in bytes.
    pub fn pem_bytes(&self, key: bool) -> usize {
        let Self { ca, cert, key: private, .. } = self;
        let private = private.iter().filter(|_| key).map(Secret::expose);
        ca.iter().chain(cert).chain(private).map(|pem| pem.bytes().len()).sum()
    }
}

/// Settings the management center for Mosquitto stores with a connection: kept and returned. Only
/// `noMetricsMode` has an effect here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MmcFields {
    /// `noMetricsMode`: the link does not ask the broker for its version and uptime (`$SYS`).
    pub no_metrics_mode: Option<bool>,
    /// `caFile`
    pub ca_file: Option<String>,
    /// `certFile`
    pub cert_file: Option<String>,
    /// `keyFile`
    pub key_file: Option<String>,
}

/// Whether a link should be up. Stored, and restored by a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Keep it up.
    Connected,
    /// An operator disconnected it on purpose.
    Disconnected,
}

/// Counts the changes of one connection, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision of a connection just created.
    pub const FIRST: Self = Self(1);

    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_as_given() {
        for ok in ["a", " a ", "mosquitto-dev", "a/b", "ü", "test", "..."] {
            assert_eq!(ConnectionId::parse(ok).expect(ok).as_str(), ok);
        }
        for (bad, why) in [
            ("", TextError::Empty),
            (".", TextError::DotSegment),
            ("..", TextError::DotSegment),
            ("a\nb", TextError::ControlCharacter),
            ("\u{7f}", TextError::ControlCharacter),
        ] {
            assert_eq!(ConnectionId::parse(bad), Err(why), "{bad:?}");
        }
        assert!(ConnectionId::parse(&"ü".repeat(128)).is_ok());
        assert_eq!(ConnectionId::parse(&"x".repeat(129)), Err(TextError::TooLong { max: 128 }));
    }

    #[test]
    fn hidden_characters_are_kept_but_not_accepted_in_new_names() {
        let (id, name) = ("a\u{200b}", "\u{202e}4 sserP");
        let hidden = ConnectionId::parse(id).expect("an old one").check_new();
        assert_eq!(hidden, Err(TextError::Hidden('\u{200b}')));
        let hidden = ConnectionName::parse(name).expect("an old one").check_new();
        assert_eq!(hidden, Err(TextError::Hidden('\u{202e}')));
    }

    #[test]
    fn names_are_trimmed() {
        assert_eq!(ConnectionName::parse("  Dev Server ").expect("valid").as_str(), "Dev Server");
        assert_eq!(ConnectionName::parse("   "), Err(TextError::Empty));
    }

    #[test]
    fn credentials_without_a_username_keep_only_the_client_id() {
        let only_password = Credentials::new(Some(String::new()), Some("p".into()), None);
        assert_eq!(only_password, None);
        let with_client_id = Credentials::new(None, Some("p".into()), Some("me".into()));
        assert_eq!(
            with_client_id,
            Some(Credentials { username: None, password: None, client_id: Some("me".into()) })
        );
    }
}

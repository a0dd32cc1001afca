//! `[audit]`

use std::path::PathBuf;

use anyhow::ensure;
use confique::Config;
use serde::{Deserialize, Deserializer, de::Error};

use super::syslog_receiver::{Protocol, Receiver};
use super::units::Size;

/// How long the audit trail is kept, and where it is copied to. The oldest entries go first, and what is left can still be
/// verified (haltere audit verify).
#[derive(Debug, Config)]
pub(crate) struct Audit {
    /// How many days an entry is kept.
    #[config(env = "HALTERE_AUDIT_RETENTION_DAYS", default = 400, validate(*retention_days > 0 && *retention_days <= 36_500, "must be from 1 to 36500"))]
    pub retention_days: u32,

    /// How much all entries may take, about. Beyond it, the oldest are removed although they are not old enough, but none
    /// of the last 30 days.
    #[config(env = "HALTERE_AUDIT_MAX_SIZE", default = "1 GiB", validate(max_size.bytes() >= 1 << 20, "must be at least 1 MiB"))]
    pub max_size: Size,

    /// Refuse changes (503) while the audit trail can't be written, or a sink that is required takes no entries or is too far
    /// behind. Reads and logins go on.
    #[config(env = "HALTERE_AUDIT_STRICT", default = false)]
    pub strict: bool,

    /// How many entries a required sink may be behind. An import has an entry for each connection.
    #[config(env = "HALTERE_AUDIT_MAX_BEHIND", default = 20_000, validate(*max_behind > 0, "must be more than zero"))]
    pub max_behind: u32,

    #[config(nested)]
    pub file: AuditFile,

    #[config(nested)]
    pub syslog: AuditSyslog,
}

/// A copy of the audit trail in a file: a line of JSON (NDJSON) for each entry, appended once the entry is committed, and
/// on disk (fdatasync) before the next ones follow.
#[derive(Debug, Config)]
pub(crate) struct AuditFile {
    /// The file. A new one is readable by haltere's user only. Without a path there is no such copy.
    #[config(env = "HALTERE_AUDIT_FILE_PATH")]
    pub path: Option<PathBuf>,

    /// A file that would become larger is renamed to PATH.1, that one to PATH.2, and so on.
    #[config(env = "HALTERE_AUDIT_FILE_MAX_SIZE", default = "100 MiB", validate(max_size.bytes() >= 64 << 10, "must be at least 64 KiB"))]
    pub max_size: Size,

    /// How many renamed files are kept. Older ones are removed.
    #[config(env = "HALTERE_AUDIT_FILE_KEEP", default = 10, validate(*keep <= 1_000, "must be at most 1000"))]
    pub keep: u32,

    /// Whether changes are refused while the file can't be written, if audit.strict is set.
    #[config(env = "HALTERE_AUDIT_FILE_REQUIRED", default = false)]
    pub required: bool,
}

/// A copy of the audit trail at a syslog receiver (RFC 5424). It is dialled under the egress rules.
#[derive(Debug, Config)]
pub(crate) struct AuditSyslog {
    /// The receiver: "tls://HOST:PORT" (port 6514 by default) or "udp://HOST:PORT" (514). Over UDP, haltere does not notice
    /// what gets lost. Without a URL there is no such copy.
    #[config(env = "HALTERE_AUDIT_SYSLOG_URL", deserialize_with = receiver)]
    pub url: Option<Receiver>,

    /// A PEM file with the certificates that the receiver's one has to be signed by. By default those that the system trusts.
    #[config(env = "HALTERE_AUDIT_SYSLOG_CA")]
    pub ca: Option<PathBuf>,

    /// haltere's certificate for the receiver: a PEM file.
    #[config(env = "HALTERE_AUDIT_SYSLOG_CERT")]
    pub cert: Option<PathBuf>,

    /// The file that holds its private key (PEM, not encrypted).
    #[config(env = "HALTERE_AUDIT_SYSLOG_TLS_KEY")]
    pub tls_key: Option<PathBuf>,

    /// The facility: "audit" (13), "auth", "authpriv", "daemon", "user", or "local0" to "local7".
    #[config(env = "HALTERE_AUDIT_SYSLOG_FACILITY", default = "audit")]
    pub facility: Facility,

    /// Whether changes are refused while the receiver takes no entries, if audit.strict is set. Needs TLS.
    #[config(env = "HALTERE_AUDIT_SYSLOG_REQUIRED", default = false)]
    pub required: bool,
}

impl AuditFile {
    /// Looks at the settings that make sense only together.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.path.is_some() || !self.required,
            "audit.file.required: audit.file.path is missing"
        );
        Ok(())
    }
}

impl AuditSyslog {
    /// Looks at the settings that make sense only together.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let Self { url, ca, cert, tls_key, required, .. } = self;
        ensure!(url.is_some() || !*required, "audit.syslog.required: audit.syslog.url is missing");
        ensure!(
            cert.is_some() == tls_key.is_some(),
            "audit.syslog.cert and audit.syslog.tls_key belong together"
        );
        let is_udp = url.as_ref().is_some_and(|it| it.protocol == Protocol::Udp);
        ensure!(
            !is_udp || (ca.is_none() && cert.is_none()),
            "audit.syslog.url: over UDP there is no TLS, so ca, cert and tls_key have no effect; use tls://, or leave them out"
        );
        ensure!(
            !(*required && is_udp),
            "audit.syslog.required: over UDP, nothing says whether an entry has arrived; use tls://"
        );
        Ok(())
    }
}

fn receiver<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Receiver, D::Error> {
    let text = String::deserialize(deserializer)?;
    Receiver::parse(&text).map_err(|error| D::Error::custom(format_args!("{error:#}")))
}

/// What a message is about, to a syslog receiver (RFC 5424, 6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facility(u8);

impl Facility {
    /// Its number.
    pub(crate) fn number(self) -> u8 {
        self.0
    }

    fn parse(name: &str) -> Option<Self> {
        let number = match name {
            "user" => 1,
            "daemon" => 3,
            "auth" => 4,
            "authpriv" => 10,
            "audit" => 13,
            _ => {
                let number: u8 = name.strip_prefix("local")?.parse().ok()?;
                16 + Some(number).filter(|it| *it < 8)?
            }
        };
        Some(Self(number))
    }
}

impl<'de> Deserialize<'de> for Facility {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| {
            D::Error::custom(format_args!(
                "{name:?} is none of audit, auth, authpriv, daemon, user, local0 to local7"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facilities_have_the_numbers_of_the_rfc() {
        for (name, number) in [("audit", 13), ("auth", 4), ("local0", 16), ("local7", 23)] {
            assert_eq!(Facility::parse(name).map(Facility::number), Some(number), "{name}");
        }
        for name in ["", "local", "local8", "local-1", "kern"] {
            assert_eq!(Facility::parse(name), None, "{name}");
        }
    }
}

//! Why a link is not up.

mod alert_meaning;
mod cause;
mod code;
mod material;
mod reason;
mod stored;
mod violation;

use std::borrow::Cow;
use std::fmt;

pub use alert_meaning::AlertMeaning;
pub use cause::{Bug, IoFault, ResolverFault, SignatureAlgorithm, SpecialNetwork, UpgradeFault};
pub use code::{FailureCode, MqttReason, NetworkCode, TlsAlert, TlsCode};
pub use material::{FileContent, MaterialFault};
pub use reason::{CertificateOwner, FailureMessage, Note, Reason};
pub use violation::ProtocolViolation;

/// How far an attempt got before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Finding the host's addresses.
    Dns,
    /// Opening the TCP connection.
    Tcp,
    Tls,
    Websocket,
    /// MQTT CONNECT until CONNACK.
    Mqtt,
    /// The first subscription.
    Subscribe,
    /// A message published and received, if a test asks for it.
    Roundtrip,
    /// Later, after the link had been up.
    Closed,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Websocket,
        Self::Mqtt,
        Self::Subscribe,
        Self::Roundtrip,
        Self::Closed,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Websocket => "websocket",
            Self::Mqtt => "mqtt",
            Self::Subscribe => "subscribe",
            Self::Roundtrip => "roundtrip",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One failure, classified once, at the edge where it happened.
///
/// `code`, `errno` and `syscall` are what Node.js and MQTT.js report for the same failure, because
/// scripts written for the management center for Mosquitto match on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFailure {
    /// How far the attempt got.
    pub stage: Stage,
    /// For programs, for example `ECONNREFUSED` or `CERT_HAS_EXPIRED`.
    pub code: FailureCode,
    /// Node's negative errno, the MQTT reason code or the HTTP status, depending on `code`.
    pub errno: Option<i32>,
    /// What was being done, for example `connect`.
    pub syscall: Option<Cow<'static, str>>,
    /// The IP address dialled, or the host name that could not be resolved.
    pub address: Option<String>,
    pub port: Option<u16>,
    /// For people: what failed.
    pub message: FailureMessage,
}

impl fmt::Display for LinkFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

//! How a link is, right now.

use std::sync::Arc;

use jiff::Timestamp;

use crate::connection::Revision;
use crate::failure::LinkFailure;

/// Where a link is in its life. Every change goes through `haltere_link`'s one `step` function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Disconnected on purpose.
    Idle,
    /// Dialling; `attempt` counts from 1 since the link was last up or edited.
    Connecting {
        /// Which try this is.
        attempt: u32,
        /// Why the try before this one failed; `None` on the first.
        last_failure: Option<Arc<LinkFailure>>,
    },
    /// Up.
    Online {
        /// Since when.
        since: Timestamp,
    },
    /// Down, will dial again at `until`.
    Waiting {
        /// Why the last try failed.
        failure: Arc<LinkFailure>,
        /// How many tries have failed since the link was last up or edited.
        attempt: u32,
        /// When the next try starts.
        until: Timestamp,
    },
}

impl LinkState {
    /// The name on the wire: `idle`, `connecting`, `online` or `waiting`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting { .. } => "connecting",
            Self::Online { .. } => "online",
            Self::Waiting { .. } => "waiting",
        }
    }
}

/// The live status of one connection. Observed, never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionStatus {
    /// The revision of the stored connection this speaks of.
    pub revision: Revision,
    /// Where the link is in its life.
    pub state: LinkState,
    /// When being connected, or the code of the failure, last changed.
    pub changed_at: Timestamp,
    /// What is known of the broker; only while online.
    pub broker: Option<Arc<BrokerFacts>>,
}

impl ConnectionStatus {
    /// Whether the link is up.
    pub fn connected(&self) -> bool {
        matches!(self.state, LinkState::Online { .. })
    }

    /// Why the link is not up; `None` while it is up, idle, or trying for the first time.
    pub fn failure(&self) -> Option<&Arc<LinkFailure>> {
        match &self.state {
            LinkState::Connecting { last_failure, .. } => last_failure.as_ref(),
            LinkState::Waiting { failure, .. } => Some(failure),
            LinkState::Idle | LinkState::Online { .. } => None,
        }
    }

    /// Whether the first attempt on this revision has come to an end, well or not, or none will be made.
    pub fn is_outcome(&self) -> bool {
        !matches!(self.state, LinkState::Connecting { last_failure: None, .. })
    }
}

/// The MQTT version a link speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProtocolVersion {
    /// MQTT 3.1.1 (protocol level 4).
    V3_1_1,
    /// MQTT 5.0 (protocol level 5).
    V5,
}

impl ProtocolVersion {
    /// The name people use: `3.1.1` or `5`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3_1_1 => "3.1.1",
            Self::V5 => "5",
        }
    }
}

/// What a broker has told about itself. Hostile input: bounded, shown as text, trusted in no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerFacts {
    /// From `$SYS/broker/version`; at most 128 characters. `None` when the broker does not tell.
    pub version: Option<String>,
    /// When the broker started, reckoned from `$SYS/broker/uptime`; `None` when it does not tell.
    pub started_at: Option<Timestamp>,
    /// The MQTT version of the link.
    pub protocol_version: ProtocolVersion,
    /// `None` on links without TLS.
    pub tls: Option<TlsFacts>,
    /// Incoming messages skipped because they were over the size limit, since the link came up.
    pub skipped_messages: u64,
    /// What came of asking for [`Self::version`] and [`Self::started_at`].
    pub sys: SysTopics,
}

/// What came of asking a broker for its `$SYS` topics, which say how it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SysTopics {
    /// The broker has not answered the subscription.
    Asked,
    /// The broker lets us read at least one of them.
    Granted,
    /// The broker refused the subscription.
    Denied,
    /// The connection says not to ask (`noMetricsMode`).
    Off,
    /// The broker ended sessions in which it was asked, so this one does not ask.
    EndsSession,
}

impl SysTopics {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Off => "off",
            Self::EndsSession => "endsSession",
        }
    }
}

/// What is known of a link's TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
    /// The cipher suite, by the name IANA gave it, for example `TLS_AES_256_GCM_SHA384`.
    pub cipher: &'static str,
    /// The certificate was accepted only by the rules for certificates made the way
    /// `mosquitto-tls(7)` says (X.509 v1, no subject alternative name, CA used as leaf).
    pub legacy_certificate: bool,
    /// When the broker's certificate expires; `None` when it can't be read.
    pub not_after: Option<Timestamp>,
}

//! How a link is, right now.

use std::sync::Arc;

use jiff::Timestamp;

use crate::connection::Revision;
use crate::failure::{LinkFailure, MqttReason};
use crate::topic::TopicFilter;

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
    Online {
        since: Timestamp,
    },
    /// Down, will dial again at `until`.
    Waiting {
        failure: Arc<LinkFailure>,
        /// How many tries have failed since the link was last up or edited.
        attempt: u32,
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

/// Since when something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// It became so at this moment.
    Exactly(Timestamp),
    /// It was found so at this moment, after a time without a look.
    AtLeast(Timestamp),
}

impl Since {
    /// The moment.
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Exactly(at) | Self::AtLeast(at) => at,
        }
    }

    /// Whether it became so at that moment.
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::Exactly(_))
    }
}

/// The state that a change in a link's history is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HistoryState {
    Idle,
    Connecting,
    Online,
    Waiting,
    /// haltere did not run, or had not looked again yet.
    Unobserved,
}

impl HistoryState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Idle, Self::Connecting, Self::Online, Self::Waiting, Self::Unobserved];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Online => "online",
            Self::Waiting => "waiting",
            Self::Unobserved => "unobserved",
        }
    }
}

impl From<&LinkState> for HistoryState {
    fn from(state: &LinkState) -> Self {
        match state {
            LinkState::Idle => Self::Idle,
            LinkState::Connecting { .. } => Self::Connecting,
            LinkState::Online { .. } => Self::Online,
            LinkState::Waiting { .. } => Self::Waiting,
        }
    }
}

/// One change in the history of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    pub at: Timestamp,
    /// Since when it is so: earlier than `at` when haltere found after a restart what it had left.
    pub since: Since,
    pub state: HistoryState,
    /// Why the link is not up, if it failed.
    pub failure: Option<Arc<LinkFailure>>,
}

/// The live status of one connection. Observed: what is stored of it is history, and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionStatus {
    /// The revision of the stored connection that this status belongs to.
    pub revision: Revision,
    /// Where the link is in its life.
    pub state: LinkState,
    /// Since when being connected, or the code of the failure, is as it is.
    pub since: Since,
    /// What is known of the broker; only while online.
    pub broker: Option<Arc<BrokerFacts>>,
    /// Who signed the broker's certificate that was refused; only while it is the failure. What the broker says: don't
    /// trust it.
    pub issuer: Option<Arc<str>>,
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

    /// Whether the first attempt of this revision has ended, or none will be made.
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

/// What a broker says about itself. Hostile input: bounded, shown as text, trusted in no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerFacts {
    /// From `$SYS/broker/version`; at most 128 characters. `None` if the broker does not say.
    pub version: Option<String>,
    /// When the broker started, computed from `$SYS/broker/uptime`; `None` if it does not say.
    pub started_at: Option<Timestamp>,
    /// The MQTT version of the link.
    pub protocol_version: ProtocolVersion,
    /// `None` on links without TLS.
    pub tls: Option<TlsFacts>,
    /// Incoming messages skipped because they were over the size limit, since the link came up.
    pub skipped_messages: u64,
    /// Whether haltere may read [`Self::version`] and [`Self::started_at`].
    pub sys: SysTopics,
    /// The topic filters whose subscription the broker refused in this session.
    pub refused_filters: Vec<RefusedFilter>,
}

/// A subscription that a broker refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFilter {
    pub filter: TopicFilter,
    /// The broker's reason. MQTT 3.1.1 has only one: [`MqttReason::UnspecifiedError`].
    pub reason: MqttReason,
}

/// Whether a broker lets haltere read its `$SYS` topics.
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

/// The TLS parameters of a link.
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

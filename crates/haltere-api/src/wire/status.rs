//! A connection's live status on its way out.

use std::borrow::Cow;

use haltere_core::{
    ConnectionStatus, FailureMessage, HistoryState, LinkFailure, LinkState, Reason, Stage,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::sentence::SentenceView;

/// The current status of a link. Observed, not stored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionStatus)]
pub(crate) struct StatusView<'a> {
    /// Whether the link to the broker is up.
    connected: bool,
    /// When being connected, or the code of the error, last changed; milliseconds since 1970.
    timestamp: i64,
    /// Only when `false`: it was found so at `timestamp`, after a time in which haltere did not run or look, and may
    /// have been so for longer.
    #[serde(skip_serializing_if = "is_true")]
    #[schema(required = false)]
    since_known: bool,
    /// Why the link is not up; only while it is down because of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureView<'a>>,
    /// The state of the link; `idle` means that a user disconnected it.
    state: StateName,
    /// The number of the attempt, from 1, since the link was last up or edited; while `connecting` and `waiting`.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    /// When the next attempt starts, milliseconds since 1970; while `waiting`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt: Option<i64>,
}

/// The states of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LinkState)]
pub(crate) enum StateName {
    /// Disconnected on purpose.
    Idle,
    /// Dialling.
    Connecting,
    /// Up.
    Online,
    /// Down; will dial again.
    Waiting,
}

/// The state that a change is to: a state of the link, or `unobserved`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LinkHistoryState)]
pub(crate) enum HistoryStateName {
    /// Disconnected on purpose.
    Idle,
    /// Dialling.
    Connecting,
    /// Up.
    Online,
    /// Down; will dial again.
    Waiting,
    /// haltere did not run, or had not looked again yet.
    Unobserved,
}

impl From<HistoryState> for HistoryStateName {
    fn from(state: HistoryState) -> Self {
        match state {
            HistoryState::Idle => Self::Idle,
            HistoryState::Connecting => Self::Connecting,
            HistoryState::Online => Self::Online,
            HistoryState::Waiting => Self::Waiting,
            HistoryState::Unobserved => Self::Unobserved,
        }
    }
}

/// Why a link is not up. `code`, `errno` and `syscall` are what Node.js reports for the same fault.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionError, example = json!({
    "code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
    "message": "10.0.0.7:1883 refused the connection: nothing is listening there, or a firewall rejected the connection",
    "reason": {"key": "connectionRefused", "params": {"peer": "10.0.0.7:1883"}}, "stage": "tcp",
}))]
pub(crate) struct FailureView<'a> {
    /// For programs: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `NOT_AUTHORIZED`, …
    code: Cow<'a, str>,
    /// Node's negative errno, the MQTT reason code, or the HTTP status of a refused WebSocket upgrade.
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<i32>,
    /// What was being done: `connect`, `read`, `getaddrinfo`, `connack`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    syscall: Option<&'a str>,
    /// The IP address of the attempt, or the host name that could not be resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    /// The port of the attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    /// Who signed the broker's certificate that was refused; only in a status. What the broker says: don't trust it.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    /// For people: what failed.
    #[serde(serialize_with = "serialize_display")]
    #[schema(value_type = String)]
    message: &'a FailureMessage,
    /// The message as a key with parameters; absent in a history that an older version stored, which has only the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<SentenceView>,
    /// What the message says in addition to the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<SentenceView>,
    /// How far the attempt got.
    stage: StageName,
}

/// How far an attempt got.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LinkStage)]
pub(crate) enum StageName {
    /// Finding the host's addresses.
    Dns,
    /// Opening the TCP connection.
    Tcp,
    /// The TLS handshake.
    Tls,
    /// The WebSocket upgrade.
    Websocket,
    /// MQTT CONNECT until CONNACK.
    Mqtt,
    /// The first subscription.
    Subscribe,
    /// A message published and received, if a connection test asks for it.
    Roundtrip,
    /// Later, after the link had been up.
    Closed,
}

impl From<Stage> for StageName {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Dns => Self::Dns,
            Stage::Tcp => Self::Tcp,
            Stage::Tls => Self::Tls,
            Stage::Websocket => Self::Websocket,
            Stage::Mqtt => Self::Mqtt,
            Stage::Subscribe => Self::Subscribe,
            Stage::Roundtrip => Self::Roundtrip,
            Stage::Closed => Self::Closed,
        }
    }
}

/// For fields that are there only when `false`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(crate) const fn is_true(known: &bool) -> bool {
    *known
}

impl<'a> From<&'a ConnectionStatus> for StatusView<'a> {
    fn from(status: &'a ConnectionStatus) -> Self {
        // `broker` is a field of the connection, and the revision is internal.
        let ConnectionStatus { revision: _, state, since, broker: _, issuer } = status;
        let (state, attempt, next_attempt) = match state {
            LinkState::Idle => (StateName::Idle, None, None),
            LinkState::Connecting { attempt, last_failure: _ } => {
                (StateName::Connecting, Some(*attempt), None)
            }
            LinkState::Online { since: _ } => (StateName::Online, None, None),
            LinkState::Waiting { failure: _, attempt, until } => {
                (StateName::Waiting, Some(*attempt), Some(until.as_millisecond()))
            }
        };
        Self {
            connected: status.connected(),
            timestamp: since.at().as_millisecond(),
            since_known: since.is_exact(),
            error: status.failure().map(|failure| FailureView {
                issuer: issuer.as_deref(),
                ..failure.as_ref().into()
            }),
            state,
            attempt,
            next_attempt,
        }
    }
}

impl<'a> From<&'a LinkFailure> for FailureView<'a> {
    fn from(failure: &'a LinkFailure) -> Self {
        let LinkFailure { stage, code, errno, syscall, address, port, message } = failure;
        let has_key = !matches!(*message.reason, Reason::Text { .. });
        Self {
            code: code.as_str(),
            errno: *errno,
            syscall: syscall.as_deref(),
            address: address.as_deref(),
            port: *port,
            issuer: None,
            message,
            reason: has_key.then(|| SentenceView::of(&*message.reason)),
            notes: message.notes.iter().map(SentenceView::of).collect(),
            stage: (*stage).into(),
        }
    }
}

fn serialize_display<S: serde::Serializer>(
    text: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(text)
}

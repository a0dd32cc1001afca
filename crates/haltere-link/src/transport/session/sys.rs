//! The subscription to `$SYS`, and what the end of a session says about it.

use std::time::Duration;

use haltere_core::MqttReason;
use tokio::time::Instant;

use super::SessionError;
use crate::sys_policy::{EARLY_WINDOW, IMMEDIATE_WINDOW, SysEvidence};
use crate::transport::BrokerRefusal;

/// Whether the broker was asked for its version and uptime, and since when.
pub(super) struct SysSubscription {
    pub(super) state: SysState,
    /// When `state` last changed.
    since: Instant,
}

/// The state of the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SysState {
    NotRequested,
    /// SUBSCRIBE was sent, SUBACK has not come.
    Requested,
    /// SUBACK has come, granted or not.
    Acknowledged,
}

impl SysSubscription {
    /// Not requested yet.
    pub(super) fn new() -> Self {
        Self { state: SysState::NotRequested, since: Instant::now() }
    }

    /// Changes the state now.
    pub(super) fn set(&mut self, state: SysState) {
        *self = Self { state, since: Instant::now() };
    }

    /// How long the state has not changed.
    pub(super) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// What `error`, the end of the session, says about the subscription. A broker that hangs because of
    /// SUBSCRIBE is found within `detection_limit`.
    pub(super) fn evidence(&self, error: &SessionError, detection_limit: Duration) -> SysEvidence {
        let elapsed = self.elapsed();
        let is_immediate = match self.state {
            SysState::NotRequested => return SysEvidence::NotSubscribed(elapsed),
            SysState::Requested => elapsed <= detection_limit + IMMEDIATE_WINDOW,
            SysState::Acknowledged => elapsed <= IMMEDIATE_WINDOW,
        };
        match error {
            SessionError::Disconnected(BrokerRefusal {
                code: MqttReason::SessionTakenOver,
                ..
            }) => {
                if elapsed <= EARLY_WINDOW {
                    SysEvidence::TakenOver(elapsed)
                } else {
                    SysEvidence::Unrelated
                }
            }
            SessionError::Disconnected(BrokerRefusal { code, .. })
                if is_immediate && is_about_a_subscription(*code) =>
            {
                SysEvidence::Refused
            }
            _ if is_immediate => SysEvidence::Immediate,
            SessionError::Disconnected(BrokerRefusal { code, .. })
                if is_about_the_broker(*code) =>
            {
                SysEvidence::Unrelated
            }
            _ if elapsed <= EARLY_WINDOW => SysEvidence::Early(elapsed),
            _ => SysEvidence::Unrelated,
        }
    }
}

/// Whether a broker gives this reason because of a subscription.
fn is_about_a_subscription(code: MqttReason) -> bool {
    matches!(
        code,
        MqttReason::NotAuthorized
            | MqttReason::TopicFilterInvalid
            | MqttReason::SharedSubscriptionsNotSupported
            | MqttReason::SubscriptionIdentifiersNotSupported
            | MqttReason::WildcardSubscriptionsNotSupported
    )
}

/// Whether a broker gives this reason independently of what the client has sent.
fn is_about_the_broker(code: MqttReason) -> bool {
    matches!(
        code,
        MqttReason::ServerShuttingDown
            | MqttReason::ServerBusy
            | MqttReason::UseAnotherServer
            | MqttReason::ServerMoved
            | MqttReason::KeepAliveTimeout
            | MqttReason::MaximumConnectTime
    )
}

//! Which version of MQTT to try next.

use haltere_core::{FailureCode, LinkFailure, MqttReason, NetworkCode, ProtocolVersion, Stage};

/// Chooses the version of MQTT for the next attempt: 5, unless the broker does not speak it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VersionFallback {
    /// The version of the last successful attempt that was not a fallback.
    preferred: ProtocolVersion,
    /// MQTT 5 has worked, so the version is not the reason for a closed connection.
    is_v5_proven: bool,
    /// Some brokers that speak only MQTT 3 close or reset the connection instead of answering; a reset
    /// is the effect of closing with the rest of CONNECT unread. A load balancer whose broker is down
    /// does the same, so the older version is tried once and not remembered.
    try_older: bool,
}

impl Default for VersionFallback {
    fn default() -> Self {
        Self { preferred: ProtocolVersion::V5, is_v5_proven: false, try_older: false }
    }
}

impl VersionFallback {
    /// The version to try next.
    pub(crate) fn next(self) -> ProtocolVersion {
        if self.try_older { ProtocolVersion::V3_1_1 } else { self.preferred }
    }

    /// The broker has accepted a session with `version`.
    pub(crate) fn succeeded(&mut self, version: ProtocolVersion) {
        if !self.try_older {
            self.preferred = version;
        }
        self.is_v5_proven |= version == ProtocolVersion::V5;
        self.try_older = false;
    }

    /// The attempt with [`Self::next`] has failed.
    pub(crate) fn failed(&mut self, failure: &LinkFailure) {
        use NetworkCode::{ConnectionClosed, ConnectionReset};
        let closed = match failure.code {
            FailureCode::Mqtt(MqttReason::UnacceptableProtocolVersion) => {
                *self = Self::default();
                return;
            }
            FailureCode::Network(ConnectionClosed | ConnectionReset) => true,
            _ => false,
        };
        let dropped = closed && failure.stage == Stage::Mqtt;
        self.try_older = dropped && !self.is_v5_proven && self.next() == ProtocolVersion::V5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure;
    use crate::transport::BrokerRefusal;

    #[test]
    fn a_broker_that_only_closes_is_tried_with_alternating_versions() {
        let peer = ([127, 0, 0, 1], 1883).into();
        let closed = failure::closed_early(Stage::Mqtt, peer);
        let reset = failure::perhaps_tls_port(Stage::Mqtt, peer);
        let mut versions = VersionFallback::default();
        for dropped in [reset, closed.clone()] {
            let mut tried = Vec::new();
            for _ in 0..4 {
                tried.push(versions.next().as_str());
                versions.failed(&dropped);
            }
            assert_eq!(tried, ["5", "3.1.1", "5", "3.1.1"], "{}", dropped.code);
        }

        // The older version works. That may be chance, so the next attempt begins with 5.
        versions.failed(&closed);
        versions.succeeded(ProtocolVersion::V3_1_1);
        assert_eq!(versions.next(), ProtocolVersion::V5);
        // The broker has refused 5 explicitly, within one attempt.
        versions.succeeded(ProtocolVersion::V3_1_1);
        versions.failed(&closed);
        assert_eq!(versions.next(), ProtocolVersion::V3_1_1);
        // A broker that speaks only 5 replaces it.
        let code = MqttReason::UnacceptableProtocolVersion;
        let refusal = BrokerRefusal { code, number: 1, reason_string: None, server: None };
        versions.failed(&failure::refusal(&refusal, peer));
        assert_eq!(versions.next(), ProtocolVersion::V5);
        // 5 works, and then a load balancer closes because the broker is down.
        versions.succeeded(ProtocolVersion::V5);
        versions.failed(&closed);
        assert_eq!(versions.next(), ProtocolVersion::V5);
    }

    #[test]
    fn a_failure_before_connect_does_not_change_the_version() {
        let peer = ([127, 0, 0, 1], 1883).into();
        for stage in [Stage::Tcp, Stage::Tls, Stage::Websocket] {
            let mut versions = VersionFallback::default();
            versions.failed(&failure::perhaps_tls_port(stage, peer));
            assert_eq!(versions.next(), ProtocolVersion::V5, "{stage}");
        }
    }
}

//! Which version of MQTT a broker speaks.

use haltere_core::{FailureCode, LinkFailure, MqttReason, NetworkCode, ProtocolVersion, Stage};

/// Which version of MQTT to try next: 5, unless the broker has said that it does not speak it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Versions {
    settled: ProtocolVersion,
    /// MQTT 5 has worked, so that a closed connection has nothing to do with the version.
    proven: bool,
    /// Some brokers that know MQTT 3 only close or reset the connection instead of answering: a reset is
    /// what comes of closing with the rest of a CONNECT unread. So does a load balancer whose broker is
    /// down; the older version is then tried once, and not remembered.
    try_older: bool,
}

impl Default for Versions {
    fn default() -> Self {
        Self { settled: ProtocolVersion::V5, proven: false, try_older: false }
    }
}

impl Versions {
    /// The one to try next.
    pub(crate) fn next(self) -> ProtocolVersion {
        if self.try_older { ProtocolVersion::V3_1_1 } else { self.settled }
    }

    /// A broker has let us in with `version`.
    pub(crate) fn arrived(&mut self, version: ProtocolVersion) {
        if !self.try_older {
            self.settled = version;
        }
        self.proven |= version == ProtocolVersion::V5;
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
        self.try_older = dropped && !self.proven && self.next() == ProtocolVersion::V5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure;
    use crate::transport::Refusal;

    #[test]
    fn a_broker_that_only_closes_is_tried_with_both_versions_in_turn() {
        let peer = ([127, 0, 0, 1], 1883).into();
        let closed = failure::closed_early(Stage::Mqtt, peer);
        let reset = failure::is_this_port_tls(Stage::Mqtt, peer);
        let mut versions = Versions::default();
        for dropped in [reset, closed.clone()] {
            let mut tried = Vec::new();
            for _ in 0..4 {
                tried.push(versions.next().as_str());
                versions.failed(&dropped);
            }
            assert_eq!(tried, ["5", "3.1.1", "5", "3.1.1"], "{}", dropped.code);
        }

        // It works with the older one; that may be chance, so the next time begins with 5.
        versions.failed(&closed);
        versions.arrived(ProtocolVersion::V3_1_1);
        assert_eq!(versions.next(), ProtocolVersion::V5);
        // The broker has said it in so many words.
        versions.arrived(ProtocolVersion::V3_1_1);
        versions.failed(&closed);
        assert_eq!(versions.next(), ProtocolVersion::V3_1_1);
        // It was replaced by one that knows 5 only.
        let code = MqttReason::UnacceptableProtocolVersion;
        let refusal = Refusal { code, number: 1, words: None, server: None };
        versions.failed(&failure::refusal(&refusal, peer));
        assert_eq!(versions.next(), ProtocolVersion::V5);
        // That works, and then its load balancer closes because it is down.
        versions.arrived(ProtocolVersion::V5);
        versions.failed(&closed);
        assert_eq!(versions.next(), ProtocolVersion::V5);
    }
    #[test]
    fn what_has_not_seen_our_connect_says_nothing_about_the_version() {
        let peer = ([127, 0, 0, 1], 1883).into();
        for stage in [Stage::Tcp, Stage::Tls, Stage::Websocket] {
            let mut versions = Versions::default();
            versions.failed(&failure::is_this_port_tls(stage, peer));
            assert_eq!(versions.next(), ProtocolVersion::V5, "{stage}");
        }
    }
}

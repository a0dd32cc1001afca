//! What is known about a broker, collected from the updates of a session.

use haltere_core::{BrokerFacts, ProtocolVersion, SysTopics, Timestamp, TlsFacts};
use jiff::SignedDuration;

use crate::transport::BrokerUpdate;

/// Start times that differ by no more than this are the same, because of rounding and delays.
const MAX_DRIFT: SignedDuration = SignedDuration::from_secs(5);

/// What is known when the broker has just accepted the session.
pub(crate) fn on_connect(
    protocol_version: ProtocolVersion,
    tls: Option<TlsFacts>,
    sys: SysTopics,
) -> BrokerFacts {
    BrokerFacts { version: None, started_at: None, protocol_version, tls, skipped_messages: 0, sys }
}

/// Applies an update received at `now`. Returns whether the facts have changed notably.
pub(crate) fn apply_update(facts: &mut BrokerFacts, update: BrokerUpdate, now: Timestamp) -> bool {
    let BrokerUpdate { version, uptime, skipped, subscribed, pong: _ } = update;
    let mut changed = skipped > 0;
    if let Some(granted) = subscribed {
        facts.sys = if granted { SysTopics::Granted } else { SysTopics::Denied };
        changed = true;
    }
    facts.skipped_messages = facts.skipped_messages.saturating_add(skipped);
    if version.is_some() && version != facts.version {
        facts.version = version;
        changed = true;
    }
    let started_at = uptime
        .and_then(|uptime| SignedDuration::try_from(uptime).ok())
        .and_then(|uptime| now.checked_sub(uptime).ok());
    if let Some(started_at) = started_at
        && facts.started_at.is_none_or(|known| known.duration_since(started_at).abs() > MAX_DRIFT)
    {
        facts.started_at = Some(started_at);
        changed = true;
    }
    changed
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn uptime(seconds: u64) -> BrokerUpdate {
        BrokerUpdate { uptime: Some(Duration::from_secs(seconds)), ..BrokerUpdate::default() }
    }

    #[test]
    fn a_start_time_is_reported_when_it_changes() {
        let second = |second| Timestamp::from_second(second).expect("in range");
        let mut facts = on_connect(ProtocolVersion::V5, None, SysTopics::Asked);
        assert!(apply_update(&mut facts, uptime(100), second(1_000)));
        assert_eq!(facts.started_at, Some(second(900)));
        // The broker publishes its uptime every ten seconds.
        assert!(!apply_update(&mut facts, uptime(110), second(1_011)));
        assert_eq!(facts.started_at, Some(second(900)));
        // The broker was restarted.
        assert!(apply_update(&mut facts, uptime(3), second(1_020)));
        assert_eq!(facts.started_at, Some(second(1_017)));
    }

    #[test]
    fn versions_and_skipped_messages_are_reported() {
        let now = Timestamp::UNIX_EPOCH;
        let mut facts = on_connect(ProtocolVersion::V5, None, SysTopics::Asked);
        let version = || BrokerUpdate {
            version: Some("mosquitto version 2".into()),
            ..BrokerUpdate::default()
        };
        assert!(apply_update(&mut facts, version(), now));
        assert!(!apply_update(&mut facts, version(), now));
        assert!(apply_update(
            &mut facts,
            BrokerUpdate { skipped: 2, ..BrokerUpdate::default() },
            now
        ));
        assert!(apply_update(
            &mut facts,
            BrokerUpdate { skipped: 1, ..BrokerUpdate::default() },
            now
        ));
        assert_eq!(facts.skipped_messages, 3);
        for (granted, sys) in [(false, SysTopics::Denied), (true, SysTopics::Granted)] {
            let update = BrokerUpdate { subscribed: Some(granted), ..BrokerUpdate::default() };
            assert!(apply_update(&mut facts, update, now));
            assert_eq!(facts.sys, sys);
        }
        // An absurd uptime is ignored.
        assert!(!apply_update(&mut facts, uptime(u64::MAX), now));
    }
}

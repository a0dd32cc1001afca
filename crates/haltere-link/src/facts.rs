//! What is known about a broker, collected from the updates of a session.

use std::sync::Arc;

use haltere_core::{BrokerFacts, ProtocolVersion, SysTopics, Timestamp, TlsFacts};
use jiff::SignedDuration;

use crate::message_sink::SysValues;
use crate::transport::{InterestAnswer, SessionUpdate};

/// Start times that differ by no more than this are the same, because of rounding and delays.
const MAX_DRIFT: SignedDuration = SignedDuration::from_secs(5);

/// The facts that are known when the broker has just accepted the session.
pub(crate) fn on_connect(
    protocol_version: ProtocolVersion,
    tls: Option<TlsFacts>,
    sys: SysTopics,
) -> BrokerFacts {
    BrokerFacts {
        version: None,
        started_at: None,
        protocol_version,
        tls,
        skipped_messages: 0,
        sys,
        refused_filters: Vec::new(),
    }
}

/// Applies an update and the messages received with it at `now`. Returns whether the facts have changed
/// notably. They are shared with the status table, so they are copied only if something changes.
pub(crate) fn apply_update(
    facts: &mut Arc<BrokerFacts>,
    update: SessionUpdate,
    values: SysValues,
    now: Timestamp,
) -> bool {
    let SessionUpdate { interest, skipped, pong: _, has_messages: _ } = update;
    let SysValues { version, uptime } = values;
    let mut changed = skipped > 0;
    if let Some(InterestAnswer { is_granted, refused }) = interest {
        let facts = Arc::make_mut(facts);
        facts.sys = if is_granted { SysTopics::Granted } else { SysTopics::Denied };
        facts.refused_filters = refused;
        changed = true;
    }
    if skipped > 0 {
        let facts = Arc::make_mut(facts);
        facts.skipped_messages = facts.skipped_messages.saturating_add(skipped);
    }
    if version.is_some() && version != facts.version {
        Arc::make_mut(facts).version = version;
        changed = true;
    }
    let started_at = uptime
        .and_then(|uptime| SignedDuration::try_from(uptime).ok())
        .and_then(|uptime| now.checked_sub(uptime).ok());
    if let Some(started_at) = started_at
        && facts.started_at.is_none_or(|known| known.duration_since(started_at).abs() > MAX_DRIFT)
    {
        Arc::make_mut(facts).started_at = Some(started_at);
        changed = true;
    }
    changed
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use haltere_core::{MqttReason, RefusedFilter, TopicFilter};

    use super::*;

    fn apply(facts: &mut Arc<BrokerFacts>, values: SysValues, now: Timestamp) -> bool {
        apply_update(facts, SessionUpdate::default(), values, now)
    }

    fn uptime(seconds: u64) -> SysValues {
        SysValues { uptime: Some(Duration::from_secs(seconds)), version: None }
    }

    #[test]
    fn a_start_time_is_reported_when_it_changes() {
        let second = |second| Timestamp::from_second(second).expect("in range");
        let mut facts = Arc::new(on_connect(ProtocolVersion::V5, None, SysTopics::Asked));
        assert!(apply(&mut facts, uptime(100), second(1_000)));
        assert_eq!(facts.started_at, Some(second(900)));
        // The broker publishes its uptime every ten seconds.
        let shared = Arc::clone(&facts);
        assert!(!apply(&mut facts, uptime(110), second(1_011)));
        assert_eq!(facts.started_at, Some(second(900)));
        assert!(Arc::ptr_eq(&facts, &shared), "nothing changed, so nothing is copied");
        // The broker was restarted.
        assert!(apply(&mut facts, uptime(3), second(1_020)));
        assert_eq!(facts.started_at, Some(second(1_017)));
    }

    #[test]
    fn versions_and_skipped_messages_are_reported() {
        let now = Timestamp::UNIX_EPOCH;
        let mut facts = Arc::new(on_connect(ProtocolVersion::V5, None, SysTopics::Asked));
        let version = || SysValues { version: Some("mosquitto version 2".into()), uptime: None };
        assert!(apply(&mut facts, version(), now));
        assert!(!apply(&mut facts, version(), now));
        let mut update = |update| apply_update(&mut facts, update, SysValues::default(), now);
        assert!(update(SessionUpdate { skipped: 2, ..SessionUpdate::default() }));
        assert!(update(SessionUpdate { skipped: 1, ..SessionUpdate::default() }));
        assert_eq!(facts.skipped_messages, 3);
        let filter = TopicFilter::parse("$SYS/broker/version").expect("valid");
        let refused = vec![RefusedFilter { filter, reason: MqttReason::NotAuthorized }];
        for (is_granted, refused, sys) in [
            (false, refused.clone(), SysTopics::Denied),
            (true, refused, SysTopics::Granted),
            (true, Vec::new(), SysTopics::Granted),
        ] {
            let interest = Some(InterestAnswer { is_granted, refused: refused.clone() });
            let update = SessionUpdate { interest, ..SessionUpdate::default() };
            assert!(apply_update(&mut facts, update, SysValues::default(), now));
            assert_eq!((facts.sys, &facts.refused_filters), (sys, &refused));
        }
        // An absurd uptime is ignored.
        assert!(!apply(&mut facts, uptime(u64::MAX), now));
    }
}

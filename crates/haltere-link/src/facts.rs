//! What a broker tells about itself, put together from the news of a session.

use haltere_core::{BrokerFacts, ProtocolVersion, SysTopics, Timestamp, TlsFacts};
use jiff::SignedDuration;

use crate::transport::News;

/// A start time that moves by less than this is the same one, seen through rounding and delays.
const DRIFT: SignedDuration = SignedDuration::from_secs(5);

/// What is known when the broker has just let us in.
pub(crate) fn at_arrival(
    protocol_version: ProtocolVersion,
    tls: Option<TlsFacts>,
    sys: SysTopics,
) -> BrokerFacts {
    BrokerFacts { version: None, started_at: None, protocol_version, tls, skipped_messages: 0, sys }
}

/// Adds news that came in at `now`; whether that changed anything worth telling.
pub(crate) fn learn(facts: &mut BrokerFacts, news: News, now: Timestamp) -> bool {
    let News { version, uptime, skipped, subscribed, pong: _ } = news;
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
        && facts.started_at.is_none_or(|known| known.duration_since(started_at).abs() > DRIFT)
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

    fn uptime(seconds: u64) -> News {
        News { uptime: Some(Duration::from_secs(seconds)), ..News::default() }
    }

    #[test]
    fn a_start_time_is_told_when_it_moves() {
        let second = |second| Timestamp::from_second(second).expect("in range");
        let mut facts = at_arrival(ProtocolVersion::V5, None, SysTopics::Asked);
        assert!(learn(&mut facts, uptime(100), second(1_000)));
        assert_eq!(facts.started_at, Some(second(900)));
        // The broker publishes every ten seconds; nothing has happened.
        assert!(!learn(&mut facts, uptime(110), second(1_011)));
        assert_eq!(facts.started_at, Some(second(900)));
        // It was restarted.
        assert!(learn(&mut facts, uptime(3), second(1_020)));
        assert_eq!(facts.started_at, Some(second(1_017)));
    }

    #[test]
    fn versions_and_skipped_messages_are_told() {
        let now = Timestamp::UNIX_EPOCH;
        let mut facts = at_arrival(ProtocolVersion::V5, None, SysTopics::Asked);
        let version = || News { version: Some("mosquitto version 2".into()), ..News::default() };
        assert!(learn(&mut facts, version(), now));
        assert!(!learn(&mut facts, version(), now));
        assert!(learn(&mut facts, News { skipped: 2, ..News::default() }, now));
        assert!(learn(&mut facts, News { skipped: 1, ..News::default() }, now));
        assert_eq!(facts.skipped_messages, 3);
        for (granted, sys) in [(false, SysTopics::Denied), (true, SysTopics::Granted)] {
            let news = News { subscribed: Some(granted), ..News::default() };
            assert!(learn(&mut facts, news, now));
            assert_eq!(facts.sys, sys);
        }
        // A broker with an absurd clock is no reason to fail.
        assert!(!learn(&mut facts, uptime(u64::MAX), now));
    }
}

//! Brokers that end sessions because of the subscription to `$SYS`, which must not cost the link.

use std::time::Duration;

use haltere_core::{BrokerFacts, MqttReason, SysTopics, TlsSettings};
use haltere_link::{Interest, LinkConfig, LinkSpec};
use haltere_mosquitto::sys;
use haltere_testkit::builders::trusting;
use haltere_testkit::certs::Ca;
use haltere_testkit::faulty::Script;
use haltere_testkit::wait::{self, DEADLINE};
use haltere_testkit::{Mosquitto, Peer};

use crate::fleet::{Fleet, link, quick, short_keepalive};

fn greeting() -> Script {
    Peer::script().read_connect().connack(0)
}

/// The link loses at most `sessions` sessions, then stays up without the subscription. A probe reports the
/// same.
async fn stays_up_without(config: LinkConfig, spec: LinkSpec, peer: &Peer, sessions: usize) {
    let fleet = Fleet::with(config).await;
    fleet.want(&spec);
    let found = fleet
        .until_facts(&spec, "a session without $SYS", |it| it.sys == SysTopics::EndsSession)
        .await;
    assert_eq!(found.version, None);
    assert_eq!((peer.subscribes(), peer.connects().len()), (sessions, sessions + 1));

    let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
    assert_eq!(report.failure, None, "{:#?}", report.stages);
    let broker = report.broker.clone().expect("accepted");
    assert_eq!(broker.sys, SysTopics::EndsSession, "the probe reports something else");
    let last = report.stages.last().and_then(|stage| stage.detail.as_deref()).unwrap_or_default();
    assert!(last.contains("ends the session when asked for $SYS"), "{last}");
    assert!(report.stages.iter().all(|stage| stage.ok), "{:#?}", report.stages);

    let status = fleet.supervisor.status(&spec.id).expect("wanted");
    assert!(status.connected(), "{status:?}");
    assert_eq!(peer.subscribes(), sessions + 1, "the link has subscribed again");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_broker_that_names_the_subscription_as_the_reason() {
    for reason in [0x87, 0x8f, 0xa2] {
        let away = [0xe0, 2, reason, 0];
        let peer = greeting().await_subscribe().send(away).close().start().await;
        stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 1).await;
    }
}

#[tokio::test]
async fn a_broker_that_gives_another_reason() {
    for reason in [0x00, 0x80, 0x81, 0x82, 0x83, 0x8b, 0x97, 0x98] {
        let away = [0xe0, 2, reason, 0];
        let peer = greeting().await_subscribe().send(away).close().start().await;
        stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 2).await;
    }
}

#[tokio::test]
async fn a_broker_that_closes() {
    let peer = greeting().await_subscribe().close().start().await;
    stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 2).await;
}

#[tokio::test]
async fn a_broker_that_resets() {
    let peer = greeting().await_subscribe().reset().start().await;
    stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 2).await;
}

#[tokio::test]
async fn a_broker_that_sends_an_invalid_packet() {
    let peer = greeting().await_subscribe().send([0, 0]).hold().start().await;
    stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 2).await;
}

#[tokio::test]
async fn a_broker_that_closes_shortly_after_suback() {
    let pause = Duration::from_millis(300);
    for script in [greeting().answer_subscribe(), greeting().deny_subscribe(0x80)] {
        let peer = script.pause(pause).close().start().await;
        let spec = link(&peer.url("mqtt"));
        let fleet = Fleet::new().await;
        fleet.want(&spec);
        let without = |it: &BrokerFacts| it.sys == SysTopics::EndsSession;
        fleet.until_facts(&spec, "a session without $SYS", without).await;
        assert_eq!(peer.subscribes(), 2);
        fleet.ends_well().await;
    }
    let peer = greeting().answer_subscribe().pause(pause).close().start().await;
    stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 2).await;
}

/// Retained messages follow the SUBACK; this broker fails to send them.
#[tokio::test]
async fn a_broker_that_fails_to_send_its_retained_messages() {
    let peer = greeting()
        .answer_subscribe()
        .publish("$SYS/broker/version", "mosquitto version 9")
        .send([0x3e, 5, 0, 1, b'a', 0, 0])
        .hold()
        .start()
        .await;
    stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 2).await;
}

#[tokio::test]
async fn a_broker_that_hangs() {
    let peer = greeting().await_subscribe().hold().start().await;
    stays_up_without(short_keepalive(), link(&peer.url("mqtt")), &peer, 2).await;
}

#[tokio::test]
async fn a_broker_of_mqtt_3_1_1() {
    let peer = Peer::script()
        .read_connect()
        .refuse_v5([0x20, 2, 0, 1])
        .connack(0)
        .await_subscribe()
        .close()
        .start()
        .await;
    let fleet = Fleet::new().await;
    let spec = link(&peer.url("mqtt"));
    fleet.want(&spec);
    let without = |it: &BrokerFacts| it.sys == SysTopics::EndsSession;
    fleet.until_facts(&spec, "a session without $SYS", without).await;
    assert_eq!(peer.subscribes(), 2);
    let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
    assert_eq!(report.broker.map(|broker| broker.sys), Some(SysTopics::EndsSession));
    fleet.ends_well().await;
}

#[tokio::test]
async fn over_tls_and_websocket() {
    let ca = Ca::new("private");
    let identity = ca.server(&["127.0.0.1"]);
    for (scheme, start) in [
        ("mqtts", Peer::script().tls(&identity)),
        ("ws", Peer::script().websocket()),
        ("wss", Peer::script().tls(&identity).websocket()),
    ] {
        for reset in [false, true] {
            let script = start.clone().read_connect().connack(0).await_subscribe();
            let script = if reset { script.reset() } else { script.close() };
            let peer = script.start().await;
            let tls = if scheme == "ws" { TlsSettings::default() } else { trusting(&ca.pem()) };
            let spec = LinkSpec { tls, ..link(&peer.url(scheme)) };
            stays_up_without(quick(), spec, &peer, 2).await;
        }
    }
}

#[tokio::test]
async fn a_link_subscribes_again_after_an_edit() {
    let fleet = Fleet::new().await;
    // The broker ends two sessions, and then allows the subscription.
    let peer = Peer::run_each(vec![
        greeting().await_subscribe().close(),
        greeting().await_subscribe().close(),
        greeting().serve(),
    ])
    .await;
    let spec = link(&peer.url("mqtt"));
    fleet.want(&spec);
    let facts = |sys| move |it: &BrokerFacts| it.sys == sys;
    fleet.until_facts(&spec, "a session without $SYS", facts(SysTopics::EndsSession)).await;
    assert_eq!(peer.subscribes(), 2);
    let renamed = LinkSpec { revision: spec.revision.next(), ..spec };
    fleet.want(&renamed);
    fleet.until_facts(&renamed, "an answer", facts(SysTopics::Granted)).await;
    assert_eq!((peer.subscribes(), peer.connections()), (3, 3), "in the session that is up");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_broker_that_only_refuses_or_never_answers_keeps_its_link() {
    let both = |reason| vec![(sys::VERSION, reason), (sys::UPTIME, reason)];
    for (script, expected, refused) in [
        (
            greeting().deny_subscribe(0x87).serve(),
            SysTopics::Denied,
            both(MqttReason::NotAuthorized),
        ),
        (
            greeting().deny_subscribe(0x80).serve(),
            SysTopics::Denied,
            both(MqttReason::UnspecifiedError),
        ),
        (greeting().await_subscribe().pause(DEADLINE), SysTopics::Asked, Vec::new()),
    ] {
        let fleet = Fleet::with(short_keepalive()).await;
        let peer = script.start().await;
        let spec = link(&peer.url("mqtt"));
        fleet.comes_up(&spec).await;
        let facts = fleet.until_facts(&spec, "an answer, or none", |it| it.sys == expected).await;
        assert_eq!(refused_filters(&facts), refused);
        let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
        assert_eq!(report.failure, None);
        assert_eq!(report.broker.expect("accepted").sys, expected);
        assert_eq!(peer.connections(), 2, "one by the link, one by the probe");
        fleet.ends_well().await;
    }
}

fn refused_filters(facts: &BrokerFacts) -> Vec<(&str, MqttReason)> {
    facts.refused_filters.iter().map(|it| (it.filter.as_str(), it.reason)).collect()
}

#[tokio::test]
async fn a_refused_filter_is_remembered_and_requested_again_after_an_edit() {
    let fleet = Fleet::new().await;
    // Grants the version and refuses the uptime, then grants what is requested again.
    let suback = [0x90, 5, 0, 1, 0, 0, 0x87];
    let peer = greeting().await_subscribe().send(suback).serve().start().await;
    let spec = link(&peer.url("mqtt"));
    fleet.want(&spec);
    let facts = fleet.until_facts(&spec, "a SUBACK", |it| it.sys == SysTopics::Granted).await;
    assert_eq!(refused_filters(&facts), [(sys::UPTIME, MqttReason::NotAuthorized)]);
    let renamed = LinkSpec { revision: spec.revision.next(), ..spec };
    fleet.want(&renamed);
    fleet.until_facts(&renamed, "another SUBACK", |it| it.refused_filters.is_empty()).await;
    assert_eq!((peer.subscribes(), peer.connections()), (2, 1));
    fleet.ends_well().await;
}

/// With a real broker: the plugin for dynamic security checks subscriptions.
#[tokio::test]
async fn mosquitto_refuses_a_subscription() {
    let broker = Mosquitto::builder().dynamic_security(&["publishClientSend"]).start().await;
    let fleet = Fleet::new().await;
    let spec = link(&broker.url());
    fleet.want(&spec);
    let facts = fleet.until_facts(&spec, "a SUBACK", |it| it.sys == SysTopics::Denied).await;
    let reason = MqttReason::NotAuthorized;
    assert_eq!(refused_filters(&facts), [(sys::VERSION, reason), (sys::UPTIME, reason)]);
    fleet.ends_well().await;
}

#[tokio::test]
async fn no_metrics_mode_sends_no_subscribe() {
    let fleet = Fleet::with(short_keepalive()).await;
    let peer = greeting().await_subscribe().close().start().await;
    let spec = LinkSpec { interest: Interest::none(), no_metrics: true, ..link(&peer.url("mqtt")) };
    fleet.comes_up(&spec).await;
    let facts = fleet.until_facts(&spec, "what there is", |_| true).await;
    assert_eq!(facts.sys, SysTopics::Off);
    let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
    assert_eq!(report.failure, None);
    assert_eq!(report.broker.expect("accepted").sys, SysTopics::Off);
    assert_eq!((peer.subscribes(), peer.connections()), (0, 2));
    // MQTT 5, 3.1.2.11.8: a pair of texts.
    let property = b"\x26\0\x0bsys-metrics\0\x04none";
    assert!(peer.connects().iter().all(|it| it.level == 5 && it.properties == property[..]));
    fleet.ends_well().await;
}

#[tokio::test]
async fn metrics_are_mentioned_only_in_no_metrics_mode() {
    let fleet = Fleet::new().await;
    let peer = greeting().serve().start().await;
    fleet.comes_up(&link(&peer.url("mqtt"))).await;
    assert!(peer.connects()[0].properties.is_empty(), "{:?}", peer.connects());
    fleet.ends_well().await;
}

/// Some brokers use this code for any reason.
#[tokio::test]
async fn a_broker_that_reports_a_session_taken_over_after_each_subscribe() {
    let away = [0xe0, 2, 0x8e, 0];
    let peer = greeting().await_subscribe().send(away).close().start().await;
    stays_up_without(quick(), link(&peer.url("mqtt")), &peer, 3).await;
}

/// For example when its first message under $SYS is due.
#[tokio::test]
async fn a_broker_that_closes_seconds_after_suback() {
    let script = greeting().answer_subscribe().pause(Duration::from_millis(2_200)).close();
    let peer = script.start().await;
    let fleet = Fleet::new().await;
    let spec = link(&peer.url("mqtt"));
    fleet.want(&spec);
    wait::until("three sessions", DEADLINE, async || (peer.subscribes() >= 3).then_some(())).await;
    let without = |it: &BrokerFacts| it.sys == SysTopics::EndsSession;
    fleet.until_facts(&spec, "a session without $SYS", without).await;
    assert_eq!((peer.subscribes(), peer.connections()), (3, 4));
    fleet.ends_well().await;
}

/// Two clients with one client id: each new session ends the other one, whatever it subscribes to.
#[tokio::test]
async fn a_session_taken_over_is_not_attributed_to_the_subscription() {
    let fleet = Fleet::new().await;
    let away = [0xe0, 2, 0x8e, 0];
    let pause = Duration::from_millis(20);
    let peer = greeting().pause(pause).send(away).close().start().await;
    let spec = link(&peer.url("mqtt"));
    fleet.want(&spec);
    wait::until("a fourth SUBSCRIBE", DEADLINE, async || (peer.subscribes() >= 4).then_some(()))
        .await;
    let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
    let failure = report.failure.clone().expect("the probe fails");
    assert!(failure.message.to_string().contains("another client connected"), "{failure}");
    fleet.ends_well().await;
}

/// With a real broker, which closes the older session without a reason.
#[tokio::test]
async fn a_second_client_at_mosquitto_is_named() {
    let broker = Mosquitto::plain().await;
    let config = LinkConfig { dials_per_second: 1_000.try_into().unwrap(), ..quick() };
    let fleet = Fleet::with(config).await;
    let spec = link(&broker.url());
    let twin = LinkSpec { id: haltere_testkit::builders::id("twin"), ..spec.clone() };
    fleet.want_all(&[spec.clone(), twin]);
    let history = wait::until("eight losses", DEADLINE, async || {
        let losses = fleet.supervisor.history(&spec.id).into_iter().filter_map(|it| it.failure);
        let losses: Vec<_> = losses.map(|failure| failure.message.to_string()).collect();
        (losses.len() >= 8).then_some(losses)
    })
    .await;
    let names = history.iter().filter(|it| it.contains("same client id")).count();
    let blames = history.iter().filter(|it| it.contains("right after we asked")).count();
    assert!(names >= 4 && blames <= 3, "{history:#?}");
    fleet.ends_well().await;
}

/// Without a reason, with and without the subscription.
#[tokio::test]
async fn sessions_that_end_anyway_are_not_attributed_to_the_subscription() {
    let fleet = Fleet::new().await;
    let peer = greeting().pause(Duration::from_millis(20)).close().start().await;
    let spec = link(&peer.url("mqtt"));
    fleet.want(&spec);
    // Two sessions that subscribe, one that does not and is as short, and one that subscribes again.
    wait::until("a third SUBSCRIBE", DEADLINE, async || (peer.subscribes() >= 3).then_some(()))
        .await;

    let report = fleet.supervisor.probe(&spec, None, |_| {}).await;
    let failure = report.failure.expect("the probe fails");
    assert_eq!((failure.stage.as_str(), &*failure.code.as_str()), ("closed", "ECONNCLOSED"));
    assert!(
        failure.message.to_string().contains("another client with the same client id"),
        "{failure}"
    );
    let failures = || fleet.supervisor.history(&spec.id).into_iter().filter_map(|it| it.failure);
    let names =
        |it: &haltere_core::LinkFailure| it.message.to_string().contains("the same client id");
    assert!(failures().any(|it| names(&it)), "{:#?}", failures().collect::<Vec<_>>());
    let last = report.stages.last().expect("stages");
    assert_eq!((last.ok, last.stage), (false, failure.stage), "{:#?}", report.stages);
    fleet.ends_well().await;
}

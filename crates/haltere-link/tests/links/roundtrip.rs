//! Probes that publish a message and wait until it comes back.

use std::time::Duration;

use haltere_core::{LinkFailure, RoundtripTopic, Stage};
use haltere_link::{Audience, Circumstances, Interest, LinkConfig, LinkSpec, ProbeReport, Qos};
use haltere_testkit::clock::RealClock;
use haltere_testkit::faulty::Script;
use haltere_testkit::{Listener, Mosquitto, Peer};

use crate::fleet::{Fleet, link, quick, texts};

/// Without a subscription to `$SYS`, so that a scripted peer receives only those of the round trip.
fn spec(url: &str) -> LinkSpec {
    LinkSpec { interest: Interest::none(), ..link(url) }
}

/// The round trip alone times out: long enough for the steps that are answered, on a busy machine.
fn short() -> LinkConfig {
    LinkConfig { roundtrip_timeout: Duration::from_secs(3), ..quick() }
}

async fn probe(fleet: &Fleet, spec: &LinkSpec) -> ProbeReport {
    let topic = RoundtripTopic::parse("plant/test").expect("valid");
    fleet.supervisor.probe(spec, Some(&topic), |_| {}).await
}

/// The failure of a round trip; all stages before it were passed.
fn failure(report: &ProbeReport) -> &LinkFailure {
    let failure = report.failure.as_ref().unwrap_or_else(|| panic!("{report:#?}"));
    let (last, before) = report.stages.split_last().expect("stages");
    assert_eq!((last.stage, last.ok, failure.stage), (Stage::Roundtrip, false, Stage::Roundtrip));
    assert!(before.iter().all(|stage| stage.ok), "{report:#?}");
    assert!(report.broker.is_some(), "the broker accepted the session");
    assert_eq!(report.roundtrip, None);
    assert!(failure.message.to_string().contains("\"plant/test\""), "{failure}");
    failure
}

fn row(failure: &LinkFailure) -> String {
    let syscall = failure.syscall.as_deref().unwrap_or_default();
    format!("{} {} {syscall}", failure.code, failure.errno.unwrap_or_default())
}

fn advice(report: &ProbeReport, spec: &LinkSpec) -> String {
    let now = haltere_core::Clock::now(&RealClock);
    texts(&report.advice(spec, Circumstances { audience: Audience::Terminal, now }))
}

#[tokio::test]
async fn mosquitto_sends_the_message_back() {
    let fleet = Fleet::new().await;
    for (max_qos, expected) in
        [("2", Qos::AtLeastOnce), ("1", Qos::AtLeastOnce), ("0", Qos::AtMostOnce)]
    {
        let listener = Listener::plain().option(&format!("max_qos {max_qos}"));
        let broker = Mosquitto::builder().listener(listener).start().await;
        // With and without another subscription.
        for spec in [spec(&broker.url()), link(&broker.url())] {
            let report = probe(&fleet, &spec).await;
            assert_eq!(report.failure, None, "{:#?}", report.stages);
            let roundtrip = report.roundtrip.expect("requested");
            assert_eq!(roundtrip.qos, expected);
            assert!(roundtrip.latency > Duration::ZERO);
            let last = report.stages.last().expect("stages");
            assert!((last.stage, last.ok) == (Stage::Roundtrip, true), "{last:?}");
            let detail = last.detail.as_deref().unwrap_or_default();
            assert!(detail.ends_with(&format!("ms, QoS {}", expected.number())), "{detail}");
        }
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn what_mosquitto_refuses_is_named() {
    let fleet = Fleet::with(short()).await;
    for (allowed, expected, words) in [
        (
            &["publishClientSend", "publishClientReceive"][..],
            "NOT_AUTHORIZED 135 subscribe",
            "subscribePattern",
        ),
        (&["subscribe", "publishClientReceive"], "NOT_AUTHORIZED 135 publish", "publishClientSend"),
        (&["subscribe", "publishClientSend"], "ETIMEDOUT -110 receive", "publishClientReceive"),
    ] {
        let broker = Mosquitto::builder().dynamic_security(allowed).start().await;
        let spec = spec(&broker.url());
        let report = probe(&fleet, &spec).await;
        assert_eq!(row(failure(&report)), expected);
        let advice = advice(&report, &spec);
        assert!(advice.contains(words), "{advice}");
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn brokers_that_do_not_answer_or_end_the_session() {
    let fleet = Fleet::with(short()).await;
    let greeting = || Peer::script().read_connect().connack(0);
    let scripts: [(Script, &str, &str); 6] = [
        (greeting().await_subscribe().serve(), "ETIMEDOUT -110 subscribe", "did not answer"),
        (greeting().serve(), "ETIMEDOUT -110 publish", "did not acknowledge"),
        (greeting().await_subscribe().close(), "ECONNCLOSED 1 subscribe", "we subscribed to"),
        (
            greeting().await_subscribe().send([0xe0, 2, 0x87, 0]).close(),
            "ECONNCLOSED 1 subscribe",
            "NOT_AUTHORIZED",
        ),
        (
            greeting().await_subscribe().send([0x90, 4, 0, 1, 0, 0x97]).serve(),
            "QUOTA_EXCEEDED 151 subscribe",
            "refused the subscription",
        ),
        (
            greeting().answer_subscribe().await_publish().close(),
            "ECONNCLOSED 1 publish",
            "we published to",
        ),
    ];
    for (script, expected, words) in scripts {
        let peer = script.start().await;
        let report = probe(&fleet, &spec(&peer.url("mqtt"))).await;
        let failure = failure(&report);
        assert_eq!(row(failure), expected);
        assert!(failure.message.to_string().contains(words), "{failure}");
    }
    fleet.ends_well().await;
}

/// Messages of others on the same topic, and retained ones, are not the message that was sent.
#[tokio::test]
async fn only_the_message_itself_counts() {
    let fleet = Fleet::with(short()).await;
    let peer = Peer::script()
        .read_connect()
        .connack(0)
        .answer_subscribe()
        .publish("plant/test", "haltere round trip of another client")
        .await_publish()
        // The packet identifier of the subscription is free again.
        .send([0x40, 2, 0, 1])
        .serve()
        .start()
        .await;
    let report = probe(&fleet, &spec(&peer.url("mqtt"))).await;
    assert_eq!(row(failure(&report)), "ETIMEDOUT -110 receive");
    fleet.ends_well().await;
}

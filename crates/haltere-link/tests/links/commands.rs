//! Commands through links: publish, subscribe, unsubscribe.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::future::join_all;
use haltere_core::{Intent, MqttReason, TopicFilter, TopicName};
use haltere_link::{
    Backoff, CommandError, Interest, LinkConfig, LinkHandle, LinkSpec, PublishRequest, Published,
    Qos,
};
use haltere_testkit::ports::ReservedPort;
use haltere_testkit::wait::{self, DEADLINE, within};
use haltere_testkit::{Mosquitto, Peer};

use crate::fleet::{Fleet, link, quick};

const ALL_QOS: [Qos; 3] = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce];

fn message(qos: Qos) -> PublishRequest {
    let topic = TopicName::parse("plant/line-3").expect("valid");
    PublishRequest { topic, payload: b"hello".to_vec(), qos, retain: false }
}

fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).expect("valid")
}

fn refused(reason: MqttReason, number: u8) -> CommandError {
    CommandError::Refused { reason, number, reason_string: None }
}

/// A link without subscriptions of its own, and a handle to it.
async fn online(fleet: &Fleet, url: &str) -> (LinkSpec, LinkHandle) {
    let spec = LinkSpec { interest: Interest::none(), ..link(url) };
    fleet.comes_up(&spec).await;
    let handle = fleet.supervisor.link(&spec.id).expect("wanted");
    (spec, handle)
}

#[tokio::test]
async fn mosquitto_accepts_messages_of_each_qos() {
    let broker = Mosquitto::plain().await;
    let fleet = Fleet::new().await;
    let (_, link) = online(&fleet, &broker.url()).await;
    // Mosquitto says only in PUBACK that there are no subscribers.
    let nothing_subscribed = [None, Some(0x10), Some(0)];
    for (qos, reason_code) in ALL_QOS.into_iter().zip(nothing_subscribed) {
        assert_eq!(link.publish(message(qos)).await, Ok(Published { reason_code }), "{qos:?}");
    }
    for qos in ALL_QOS {
        assert_eq!(link.subscribe(filter("plant/#"), qos).await, Ok(qos));
    }
    for (qos, reason_code) in ALL_QOS.into_iter().zip([None, Some(0), Some(0)]) {
        assert_eq!(link.publish(message(qos)).await, Ok(Published { reason_code }), "{qos:?}");
    }
    assert_eq!(link.unsubscribe(filter("plant/#")).await, Ok(()));
    let received = async || {
        let log = broker.log();
        let count = |qos| {
            log.matches(&format!("Received PUBLISH from haltere-under-test (d0, q{qos}, r0"))
                .count()
        };
        ([0, 1, 2].map(count) == [2, 2, 2]).then_some(())
    };
    wait::until("six messages in the broker's log", DEADLINE, received).await;
    // All packet identifiers are free again.
    for _ in 0..200 {
        let more = join_all((0..10).map(|_| link.publish(message(Qos::ExactlyOnce)))).await;
        assert!(more.iter().all(Result::is_ok), "{more:?}");
    }
    fleet.ends_well().await;
}

#[tokio::test]
async fn mosquitto_refuses_messages_and_subscriptions_with_a_reason() {
    let broker = Mosquitto::builder().dynamic_security(&["unsubscribe"]).start().await;
    let fleet = Fleet::new().await;
    let (spec, link) = online(&fleet, &broker.url()).await;
    let denied = || refused(MqttReason::NotAuthorized, 0x87);
    // Without an acknowledgement, there is no place for a reason.
    let sent = Published { reason_code: None };
    assert_eq!(link.publish(message(Qos::AtMostOnce)).await, Ok(sent));
    for qos in [Qos::AtLeastOnce, Qos::ExactlyOnce] {
        assert_eq!(link.publish(message(qos)).await, Err(denied()), "{qos:?}");
    }
    assert_eq!(link.subscribe(filter("a"), Qos::AtMostOnce).await, Err(denied()));
    assert_eq!(link.unsubscribe(filter("a")).await, Ok(()));
    assert!(fleet.status(&spec).expect("wanted").connected(), "a refusal does not end the link");
    fleet.ends_well().await;
}

#[tokio::test]
async fn the_broker_limits_what_is_sent() {
    // Receive maximum 1, maximum QoS 1, no retained messages, packets of at most 40 bytes.
    let connack = [0x20, 15, 0, 0, 12, 0x21, 0, 1, 0x24, 1, 0x25, 0, 0x27, 0, 0, 0, 40];
    let peer = Peer::script().read_connect().send(connack).serve().close().start().await;
    let fleet = Fleet::new().await;
    let (_, link) = online(&fleet, &peer.url("mqtt")).await;
    let too_high = CommandError::QosNotSupported { max: Qos::AtLeastOnce };
    assert_eq!(link.publish(message(Qos::ExactlyOnce)).await, Err(too_high));
    let retained = PublishRequest { retain: true, ..message(Qos::AtLeastOnce) };
    assert_eq!(link.publish(retained).await, Err(CommandError::RetainNotSupported));
    let too_large = || CommandError::TooLarge { max: 40 };
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce] {
        let long = PublishRequest { payload: vec![0; 40], ..message(qos) };
        assert_eq!(link.publish(long).await, Err(too_large()), "{qos:?}");
    }
    let long = filter(&"x".repeat(40));
    assert_eq!(link.subscribe(long.clone(), Qos::AtMostOnce).await, Err(too_large()));
    assert_eq!(link.unsubscribe(long).await, Err(too_large()));
    let huge = PublishRequest { payload: vec![0; 100_000], ..message(Qos::AtLeastOnce) };
    assert_eq!(link.publish(huge).await, Err(CommandError::TooLarge { max: 64 * 1024 }));

    // The peer acknowledges no message. The first one is under way, so the others wait.
    let messages = join_all((0..20).map(|_| link.publish(message(Qos::AtLeastOnce))));
    let answers = async {
        wait::until("the first message", DEADLINE, async || (peer.publishes() > 0).then_some(()))
            .await;
        peer.go_on();
    };
    let (outcomes, ()) = tokio::join!(messages, answers);
    let count = |error: &CommandError| {
        outcomes.iter().filter(|it| it.as_ref().err() == Some(error)).count()
    };
    assert_eq!(count(&CommandError::Unknown), 1, "only one message was sent: {outcomes:?}");
    assert_eq!(count(&CommandError::NotConnected), 15, "{outcomes:?}");
    assert_eq!(count(&CommandError::Busy), 4, "{outcomes:?}");
    assert_eq!(peer.publishes(), 1);
    fleet.ends_well().await;
}

#[tokio::test]
async fn without_a_session_nothing_is_sent() {
    let fleet = Fleet::new().await;
    let port = ReservedPort::on(Ipv4Addr::LOCALHOST.into());
    let spec = link(&format!("mqtt://{}", port.address()));
    assert!(fleet.supervisor.link(&spec.id).is_none());
    fleet.first_outcome(&spec).await;
    let handle = fleet.supervisor.link(&spec.id).expect("wanted");
    let rejected = Err(CommandError::NotConnected);
    assert_eq!(handle.publish(message(Qos::AtLeastOnce)).await, rejected, "it waits");
    let idle =
        LinkSpec { revision: spec.revision.next(), intent: Intent::Disconnected, ..spec.clone() };
    fleet.first_outcome(&idle).await;
    assert_eq!(handle.publish(message(Qos::AtLeastOnce)).await, rejected, "it is idle");
    fleet.want_all(&[]);
    assert_eq!(handle.publish(message(Qos::AtLeastOnce)).await, rejected, "it has ended");
    assert!(fleet.supervisor.link(&spec.id).is_none());
    fleet.ends_well().await;
}

/// The link's session ends in all ways; what it has not acknowledged is answered.
#[tokio::test]
async fn a_link_that_goes_down_answers_everything() {
    let serving = || Peer::script().read_connect().connack(0).await_subscribe().serve();
    for (what, script) in [
        ("closed", serving().close()),
        ("a violation of the protocol", serving().send([0, 0]).hold()),
        ("disconnected by an operator", serving().hold()),
    ] {
        let peer = script.start().await;
        let fleet = Fleet::new().await;
        let (spec, link) = online(&fleet, &peer.url("mqtt")).await;
        let commands = async {
            tokio::join!(
                link.subscribe(filter("a"), Qos::AtMostOnce),
                link.publish(message(Qos::AtLeastOnce)),
                link.publish(message(Qos::ExactlyOnce)),
            )
        };
        let end = async {
            let both = async || (peer.publishes() == 2).then_some(());
            wait::until("both messages", DEADLINE, both).await;
            if what == "disconnected by an operator" {
                let revision = spec.revision.next();
                fleet.want(&LinkSpec { revision, intent: Intent::Disconnected, ..spec.clone() });
            } else {
                peer.go_on();
            }
        };
        let (answers, ()) = within(what, DEADLINE, async { tokio::join!(commands, end) }).await;
        let unknown = Err(CommandError::Unknown);
        assert_eq!(answers, (Err(CommandError::NotConnected), unknown.clone(), unknown), "{what}");
        fleet.ends_well().await;
    }
}

#[tokio::test]
async fn a_handle_does_not_disturb_the_link() {
    let hour = Duration::from_hours(1);
    let backoff = Backoff { first: hour, max: hour, ..Backoff::default() };
    let fleet = Fleet::with(LinkConfig { backoff, ..quick() }).await;
    let port = ReservedPort::on(Ipv4Addr::LOCALHOST.into());
    let spec = link(&format!("mqtt://{}", port.address()));
    let before = fleet.first_outcome(&spec).await;
    let handle = fleet.supervisor.link(&spec.id).expect("wanted");
    let outcome = handle.subscribe(filter("a"), Qos::AtMostOnce).await;
    assert_eq!(outcome, Err(CommandError::NotConnected));
    assert_eq!(fleet.status(&spec), Some(before), "no new attempt");
    fleet.ends_well().await;
}

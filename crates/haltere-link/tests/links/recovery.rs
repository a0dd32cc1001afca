//! Brokers that stop and start, networks that fail, operators who edit and disconnect.

use std::time::Duration;

use haltere_core::{ConnectionId, Intent, LinkState, TlsSettings};
use haltere_link::LinkSpec;
use haltere_testkit::builders::{self, trusting};
use haltere_testkit::certs::Ca;
use haltere_testkit::ports::ReservedPort;
use haltere_testkit::wait::{self, DEADLINE};
use haltere_testkit::{Listener, Mosquitto, Peer, Proxy, netns};
use tokio::sync::mpsc;

use crate::fleet::{Fleet, assert_row, link, quick, short_keepalive};

const LOST: &str = "closed ECONNCLOSED 1 on – –";

#[tokio::test]
async fn a_broker_is_killed_and_comes_back() {
    let fleet = Fleet::new().await;
    let mut broker = Mosquitto::plain().await;
    let spec = link(&broker.url());
    fleet.comes_up(&spec).await;

    broker.kill();
    assert_row(&*fleet.first_failure(&spec).await, LOST, broker.address(), "lost");
    // The link goes on, and reports the new failure.
    wait::until("the port to refuse", DEADLINE, async || {
        let status = fleet.supervisor.status(&spec.id)?;
        status.failure().filter(|failure| failure.code.as_str() == "ECONNREFUSED").cloned()
    })
    .await;

    broker.start_again().await;
    fleet.until_up(&spec).await;
    let codes: Vec<_> = fleet
        .supervisor
        .history(&spec.id)
        .iter()
        .filter_map(|change| change.failure.as_ref().map(|failure| failure.code.to_string()))
        .collect();
    assert_eq!(codes, ["ECONNREFUSED", "ECONNCLOSED"], "newest first, a line per change");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_broker_is_stopped() {
    let fleet = Fleet::new().await;
    let mut broker = Mosquitto::plain().await;
    let spec = link(&broker.url());
    fleet.comes_up(&spec).await;
    broker.stop().await;
    assert_row(&*fleet.first_failure(&spec).await, LOST, broker.address(), "lost");
    broker.start_again().await;
    fleet.until_up(&spec).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_half_open_connection_is_found() {
    half_open(&Mosquitto::plain().await, TlsSettings::default()).await;
}

#[tokio::test]
async fn a_half_open_connection_is_found_over_tls() {
    let ca = Ca::new("private");
    let listener = Listener::tls(&ca.server(&["127.0.0.1"]));
    let broker = Mosquitto::builder().listener(listener).start().await;
    half_open(&broker, trusting(&ca.pem())).await;
}

/// In a network namespace, because Mosquitto's WebSocket listeners bind all addresses.
#[test]
fn a_half_open_connection_is_found_over_websocket() {
    netns::run(async {
        let listener = Listener::plain().websockets();
        let broker = Mosquitto::builder().listener(listener).start().await;
        half_open(&broker, TlsSettings::default()).await;
    });
}

async fn half_open(broker: &Mosquitto, tls: TlsSettings) {
    let fleet = Fleet::with(short_keepalive()).await;
    let proxy = Proxy::to(broker.address()).await;
    let scheme = builders::url(&broker.url()).transport().scheme();
    let spec = LinkSpec { tls, ..link(&format!("{scheme}://{}", proxy.address())) };
    fleet.comes_up(&spec).await;

    proxy.swallow();
    // By the missing answer to a ping. The exact time is tested with a paused clock, in the session.
    assert_row(&*fleet.until_down(&spec).await, LOST, proxy.address(), "ping");

    proxy.pass();
    // The dial that runs into the silence has to time out first.
    proxy.cut();
    fleet.until_up(&spec).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn pings_are_not_answered() {
    let fleet = Fleet::with(short_keepalive()).await;
    let peer = Peer::ignoring_pings().await;
    let spec = link(&peer.url("mqtt"));
    fleet.comes_up(&spec).await;
    assert_row(&*fleet.first_failure(&spec).await, LOST, peer.address(), "ping");
    fleet.ends_well().await;
}

#[tokio::test]
async fn an_idle_link_stays_up() {
    let fleet = Fleet::with(short_keepalive()).await;
    let broker = Mosquitto::builder().option("sys_interval 0").start().await;
    let spec = link(&broker.url());
    fleet.comes_up(&spec).await;
    wait::until("three pings", DEADLINE, async || {
        (broker.log().matches("Received PINGREQ from haltere-under-test").count() >= 3)
            .then_some(())
    })
    .await;
    let history = fleet.supervisor.history(&spec.id);
    assert!(history.iter().all(|change| change.failure.is_none()), "{history:?}");
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_network_cuts_the_connection() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::plain().await;
    let proxy = Proxy::to(broker.address()).await;
    let spec = link(&format!("mqtt://{}", proxy.address()));
    fleet.comes_up(&spec).await;
    proxy.cut();
    assert_row(&*fleet.first_failure(&spec).await, LOST, proxy.address(), "lost");
    fleet.until_up(&spec).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_slow_network_is_no_fault() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::plain().await;
    let proxy = Proxy::to(broker.address()).await;
    proxy.delay(Duration::from_millis(150));
    fleet.comes_up(&link(&format!("mqtt://{}", proxy.address()))).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn an_edit_is_dialled_at_once() {
    let fleet = Fleet::new().await;
    let dead = ReservedPort::on("127.0.0.1".parse().unwrap());
    let mistyped = link(&format!("mqtt://{}", dead.address()));
    fleet.fails(&mistyped).await;
    let broker = Mosquitto::plain().await;
    let corrected = LinkSpec { revision: mistyped.revision.next(), ..link(&broker.url()) };
    fleet.comes_up(&corrected).await;
    let status = fleet.supervisor.status(&corrected.id).expect("wanted");
    assert_eq!(status.revision, corrected.revision);
    fleet.ends_well().await;
}

/// Waits until `broker` has read as many DISCONNECTs from the link under test.
async fn until_disconnect_received(broker: &Mosquitto, times: usize) {
    wait::until("a DISCONNECT", DEADLINE, async || {
        let log = broker.log();
        (log.matches("Received DISCONNECT from haltere-under-test").count() >= times).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_operator_disconnects_connects_and_deletes() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::plain().await;
    let up = link(&broker.url());
    fleet.comes_up(&up).await;

    let down =
        LinkSpec { revision: up.revision.next(), intent: Intent::Disconnected, ..up.clone() };
    let status = fleet.first_outcome(&down).await;
    assert_eq!((&status.state, status.failure()), (&LinkState::Idle, None));
    until_disconnect_received(&broker, 1).await;

    let again = LinkSpec { revision: down.revision.next(), ..up };
    fleet.comes_up(&again).await;
    fleet.want_all(&[]);
    until_disconnect_received(&broker, 2).await;
    assert_eq!(fleet.supervisor.status(&again.id), None);
    assert_eq!(fleet.supervisor.link_count(), 1);
    fleet.ends_well().await;
}

#[tokio::test]
async fn an_edit_of_nothing_that_matters_keeps_the_link() {
    let fleet = Fleet::new().await;
    let peer = Peer::healthy().await;
    let spec = link(&peer.url("mqtt"));
    fleet.comes_up(&spec).await;
    let renamed = LinkSpec { revision: spec.revision.next(), ..spec };
    fleet.comes_up(&renamed).await;
    assert_eq!(peer.connections(), 1);
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_shutdown_sends_disconnect() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::plain().await;
    fleet.comes_up(&link(&broker.url())).await;
    fleet.ends_well().await;
    until_disconnect_received(&broker, 1).await;
}

/// Closing a socket with unread bytes sends a reset, which could overtake the DISCONNECT.
#[tokio::test]
async fn a_disconnect_reaches_a_broker_that_is_sending() {
    let fleet = Fleet::new().await;
    let peer = Peer::script()
        .read_connect()
        .connack(0)
        .answer_subscribe()
        .flood("$SYS/broker/uptime", "1 seconds")
        .start()
        .await;
    fleet.comes_up(&link(&peer.url("mqtt"))).await;
    fleet.want_all(&[]);
    wait::until("a DISCONNECT", DEADLINE, async || (peer.goodbyes() == 1).then_some(())).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_silent_broker() {
    let fleet = Fleet::new().await;
    let broker = Mosquitto::plain().await;
    let proxy = Proxy::to(broker.address()).await;
    fleet.comes_up(&link(&format!("mqtt://{}", proxy.address()))).await;
    proxy.swallow();
    fleet.ends_well().await;
    assert!(!broker.log().contains("Received DISCONNECT"), "the broker has received nothing");
}

#[tokio::test]
async fn changes_are_reported() {
    let (report, mut changes) = mpsc::unbounded_channel();
    let report = move |id: &ConnectionId| {
        let _ = report.send(id.clone());
    };
    let fleet = Fleet::observed(quick(), Box::new(report)).await;
    let mut broker = Mosquitto::plain().await;
    let spec = link(&broker.url());
    fleet.want(&spec);
    for up in [true, false, true] {
        if !up {
            broker.kill();
        } else if !broker.is_running() {
            broker.start_again().await;
        }
        wait::within("the change", DEADLINE, async {
            loop {
                let id = changes.recv().await.expect("still running");
                if id == spec.id
                    && fleet.supervisor.status(&spec.id).is_some_and(|s| s.connected() == up)
                {
                    break;
                }
            }
        })
        .await;
    }
    fleet.ends_well().await;
}

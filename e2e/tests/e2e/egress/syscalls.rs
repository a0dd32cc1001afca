//! What the kernel is really asked for: the whole process, traced from its start to its end.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use e2e::Options;
use haltere_testkit::{Listener, Mosquitto, netns};

use super::{LIST, name_server};
use crate::support::{connection, until_connected, until_failed};

/// Every address that a process hands to the kernel to send something there: `connect`, and `sendto`,
/// `sendmsg`, `sendmmsg` with an address of their own.
fn destinations(trace: &str) -> BTreeSet<SocketAddr> {
    let sends = ["connect(", "sendto(", "sendmsg(", "sendmmsg("];
    let lines = trace.lines().filter(|line| sends.iter().any(|call| line.contains(call)));
    lines.filter_map(destination).collect()
}

fn destination(line: &str) -> Option<SocketAddr> {
    let between = |after: &str, end: char| {
        line.split_once(after).and_then(|(_, rest)| rest.split_once(end)).map(|(found, _)| found)
    };
    let port = between("sin_port=htons(", ')').or_else(|| between("sin6_port=htons(", ')'))?;
    let ip = between("inet_addr(\"", '"').or_else(|| between("inet_pton(AF_INET6, \"", '"'))?;
    let ip: IpAddr = ip.parse().expect("strace writes addresses");
    Some(SocketAddr::new(ip, port.parse().expect("strace writes ports")))
}

#[test]
fn the_trace_is_read_right() {
    let trace = r#"
        12 connect(9, {sa_family=AF_INET, sin_port=htons(1883), sin_addr=inet_addr("10.0.0.1")}, 16) = -1 EINPROGRESS
        12 connect(9, {sa_family=AF_INET6, sin6_port=htons(8883), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "fd00::1", &sin6_addr), sin6_scope_id=0}, 28) = 0
        13 sendto(8, "x", 1, MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.1")}, 16) = 1
        13 sendto(8, "x", 1, MSG_NOSIGNAL, NULL, 0) = 1
        13 bind(8, {sa_family=AF_INET, sin_port=htons(8088), sin_addr=inet_addr("0.0.0.0")}, 16) = 0
    "#;
    let found: Vec<_> = destinations(trace).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["10.0.0.1:1883", "127.0.0.1:53", "[fd00::1]:8883"]);
}

/// Nothing that haltere does sends anything to anywhere but brokers and the name server.
#[test]
fn only_brokers_and_the_name_server_are_spoken_to() {
    netns::run(async {
        let dns = name_server(&[]).await;
        let folder = tempfile::tempdir().expect("a folder");
        let trace = folder.path().join("trace");
        let trace_path = trace.to_str().expect("a plain path");
        let (plain, ws) = (
            Mosquitto::plain().await,
            Mosquitto::builder().listener(Listener::plain().websockets()).start().await,
        );
        // Becomes haltere, and traces it from another process.
        let strace = ["strace", "-D", "-f", "-qq", "-e", "trace=network", "-o", trace_path];
        let mut haltere = Options::default().under(&strace).with_broken_brokers().start().await;
        let admin = haltere.admin().await;
        let mut events = admin.events(None).await;
        for (id, broker) in [("plain", &plain), ("ws", &ws)] {
            admin.post(LIST, &connection(id, &broker.url())).await.expect_status(200);
            until_connected(&admin, id).await;
        }
        for (id, url) in [("gone", "mqtt://gone.test"), ("denied", "mqtt://both.test")] {
            admin.post(LIST, &connection(id, url)).await.expect_status(202);
            until_failed(&admin, id).await;
        }
        let named = connection("x", &plain.url_as("localhost"));
        admin.post("/api/connection-test", &named).await.expect_status(200);
        for page in ["/", "/api/docs", "/api/profile", "/api/plugins", "/readyz"] {
            admin.get(page).await;
        }
        events.next().await;
        haltere.user("ada", &["viewer"]).await.get(LIST).await.expect_status(200);
        haltere.stop().await;

        let trace = std::fs::read_to_string(&trace).expect("strace has written");
        let seen = destinations(&trace);
        let brokers = [plain.address(), ws.address()];
        assert!(brokers.iter().all(|broker| seen.contains(broker)), "{seen:?}");
        assert!(seen.contains(&dns.address()), "{seen:?}");
        let known = |it: &&SocketAddr| {
            // localhost is both of them, and a broker listens on one.
            let is_broker = brokers.iter().any(|broker| broker.port() == it.port());
            **it == dns.address() || (is_broker && it.ip().is_loopback())
        };
        let others: Vec<_> = seen.iter().filter(|it| !known(it)).collect();
        assert!(others.is_empty(), "haltere connected to {others:?}");
        let local =
            trace.lines().find(|line| line.contains("connect(") && line.contains("AF_UNIX"));
        assert_eq!(local, None, "haltere spoke to another process of this machine");
    });
}

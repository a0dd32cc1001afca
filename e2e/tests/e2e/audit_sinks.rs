//! Copies of the audit trail outside the database.

use std::collections::BTreeMap;
use std::path::Path;

use e2e::{Haltere, Options, eventually};
use haltere_testkit::{Ca, SyslogReceiver};
use serde_json::{Value, json};

use crate::audit::trail;
use crate::support::connection;

/// The lines of a file, and of those that were rotated out of it, oldest first.
fn lines(path: &Path) -> Vec<String> {
    let rotated = |number: usize| path.with_file_name(format!("audit.ndjson.{number}"));
    let count = (1..1_000).take_while(|number| rotated(*number).exists()).count();
    let files = (1..=count).rev().map(rotated).chain([path.to_owned()]);
    let text: String =
        files.map(|file| std::fs::read_to_string(file).unwrap_or_default()).collect();
    text.lines().map(str::to_owned).collect()
}

/// By position in the chain, so that what came twice counts once.
fn by_position(lines: &[String]) -> BTreeMap<i64, String> {
    let position = |line: &String| {
        let entry: Value = serde_json::from_str(line).expect("an entry");
        (entry["chain"]["position"].as_i64().expect("a position"), line.clone())
    };
    lines.iter().map(position).collect()
}

/// Waits until the file has all entries of the trail.
async fn until_complete(haltere: &Haltere, path: &Path) -> BTreeMap<i64, String> {
    eventually("the file has all entries", async || {
        let found = by_position(&lines(path));
        (found.len() == trail(haltere).await.len()).then_some(found)
    })
    .await
}

#[tokio::test]
async fn a_file_gets_every_entry_over_kills_and_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.ndjson");
    let options = Options::default().with_broken_brokers().config(&format!(
        "[audit.file]\npath = {:?}\nmax_size = \"64 KiB\"\nkeep = 100",
        path.display().to_string()
    ));
    let mut haltere = options.start().await;
    for round in 0..3 {
        let admin = haltere.admin().await;
        for number in 0..50 {
            let id = format!("c-{round}-{number}");
            admin.post("/api/connections", &connection(&id, "mqtt://127.0.0.1:1")).await;
        }
        haltere.kill().await;
        haltere.restart().await;
    }
    let found = until_complete(&haltere, &path).await;
    assert!(path.with_file_name("audit.ndjson.1").exists(), "no file was rotated");

    // The same lines as those of an export, and the chain is whole.
    let exported = haltere.cli(&["audit", "export"], None).await;
    let copied: String = found.into_values().map(|line| line + "\n").collect();
    assert_eq!(copied, exported.stdout);
    let whole = folder.path().join("whole.ndjson");
    std::fs::write(&whole, copied).expect("written");
    let verified = haltere.cli(&["audit", "verify", &whole.display().to_string()], None).await;
    assert!(verified.status.success(), "{verified:?}");
    haltere.stop().await;
}

#[tokio::test]
async fn a_file_that_can_not_be_written_is_shown_and_gets_its_entries_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("missing").join("audit.ndjson");
    let mut haltere = Options::default()
        .with_broken_brokers()
        .env("HALTERE_AUDIT_FILE_PATH", &path.display().to_string())
        .expect_complaint("the audit sink takes no entries")
        .start()
        .await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("a", "mqtt://127.0.0.1:1")).await.expect_status(202);
    let task = async || {
        let tasks = admin.get("/api/system/tasks").await.expect_status(200).json();
        let tasks = tasks.as_array().expect("a list").clone();
        tasks.into_iter().find(|task| task["name"] == json!("audit-file")).expect("the task")
    };
    eventually("the failure is shown", async || {
        let failure = task().await["lastRun"]["error"].as_str()?.to_owned();
        failure.contains("audit.ndjson").then_some(())
    })
    .await;
    std::fs::create_dir(folder.path().join("missing")).expect("made");
    until_complete(&haltere, &path).await;
    eventually("the task is well again", async || {
        task().await["lastRun"]["error"].is_null().then_some(())
    })
    .await;
    haltere.stop().await;
}

/// The sequence numbers in the structured data of messages, without what came again.
fn sequences(messages: &[String]) -> Vec<i64> {
    let sequence = |message: &String| {
        let (_, rest) = message.split_once("[haltere@32473 sequence=\"")?;
        rest.split_once('"')?.0.parse().ok()
    };
    let mut sequences: Vec<i64> =
        messages.iter().map(|it| sequence(it).expect("a message of haltere")).collect();
    sequences.dedup();
    sequences
}

/// Waits until the receivers together have each entry of the trail.
async fn until_received(haltere: &Haltere, receivers: &[&SyslogReceiver]) {
    eventually("each entry is received", async || {
        let messages: Vec<_> = receivers.iter().flat_map(|it| it.messages()).collect();
        let mut received = sequences(&messages);
        received.sort_unstable();
        received.dedup();
        let trail = trail(haltere).await;
        received.iter().copied().eq(trail.iter().map(|record| record.sequence)).then_some(())
    })
    .await;
}

/// Waits until the receiver that was dropped has closed its port.
async fn until_free(port: u16) {
    let bind = async || std::net::TcpListener::bind(("127.0.0.1", port)).ok();
    eventually("the port is free", bind).await;
}

async fn create(admin: &e2e::Client, id: &str) {
    let answer = admin.post("/api/connections", &connection(id, "mqtt://127.0.0.1:1")).await;
    answer.expect_status(202);
}

#[tokio::test]
async fn a_receiver_over_tls_gets_every_entry_over_its_restarts() {
    let (ca, folder) = (Ca::new("logs"), tempfile::tempdir().expect("a folder"));
    let identity = ca.server(&["127.0.0.1"]);
    let client = ca.client("haltere");
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.display().to_string()
    };
    let receiver = SyslogReceiver::tls(&identity, Some(&ca), 0).await;
    let address = receiver.address();
    let mut haltere = Options::default()
        .with_broken_brokers()
        .env("HALTERE_AUDIT_SYSLOG_URL", &format!("tls://{address}"))
        .env("HALTERE_AUDIT_SYSLOG_CA", &file("ca.pem", &ca.pem()))
        .env("HALTERE_AUDIT_SYSLOG_CERT", &file("cert.pem", &client.cert_pem))
        .env("HALTERE_AUDIT_SYSLOG_TLS_KEY", &file("key.pem", &client.key_pem))
        .expect_complaint("the audit sink takes no entries")
        .start()
        .await;
    let admin = haltere.admin().await;
    create(&admin, "a").await;
    until_received(&haltere, &[&receiver]).await;
    let first = receiver.messages();
    assert!(first[0].starts_with("<109>1 "), "{}", first[0]);
    drop(receiver);
    until_free(address.port()).await;
    create(&admin, "b").await;
    haltere.kill().await;
    haltere.restart().await;
    create(&haltere.admin().await, "c").await;
    let again = SyslogReceiver::tls(&identity, Some(&ca), address.port()).await;
    let all = eventually("the rest is received", async || {
        let all = [first.clone(), again.messages()].concat();
        let mut numbers = sequences(&all);
        numbers.sort_unstable();
        numbers.dedup();
        (numbers.len() == trail(&haltere).await.len()).then_some(all)
    })
    .await;
    assert!(all.iter().any(|message| message.contains(" object=\"b\" ")));
    haltere.stop().await;
}

#[tokio::test]
async fn what_a_receiver_has_not_read_when_it_ends_comes_again() {
    let (ca, folder) = (Ca::new("logs"), tempfile::tempdir().expect("a folder"));
    let identity = ca.server(&["127.0.0.1"]);
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ca.pem()).expect("written");
    let receiver = SyslogReceiver::tls(&identity, None, 0).await;
    let port = receiver.address().port();
    let mut haltere = Options::default()
        .with_broken_brokers()
        .env("HALTERE_AUDIT_SYSLOG_URL", &format!("tls://127.0.0.1:{port}"))
        .env("HALTERE_AUDIT_SYSLOG_CA", &file.display().to_string())
        .expect_complaint("the audit sink takes no entries")
        .start()
        .await;
    let admin = haltere.admin().await;
    create(&admin, "a").await;
    until_received(&haltere, &[&receiver]).await;
    // Its kernel takes what comes now.
    receiver.stop_reading();
    create(&admin, "b").await;
    haltere.log().until("the audit sink takes no entries").await;
    let first = receiver.messages();
    assert!(first.iter().all(|message| !message.contains(" object=\"b\" ")));
    drop(receiver);
    until_free(port).await;
    let again = SyslogReceiver::tls(&identity, None, port).await;
    eventually("the rest is received", async || {
        let mut numbers = sequences(&[first.clone(), again.messages()].concat());
        numbers.sort_unstable();
        numbers.dedup();
        (numbers.len() == trail(&haltere).await.len()).then_some(())
    })
    .await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_receiver_that_refuses_the_certificate_gets_its_entries_later() {
    let (ca, folder) = (Ca::new("logs"), tempfile::tempdir().expect("a folder"));
    let identity = ca.server(&["127.0.0.1"]);
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ca.pem()).expect("written");
    // It wants a certificate, which haltere does not have: under TLS 1.3 the handshake succeeds for haltere.
    let picky = SyslogReceiver::tls(&identity, Some(&ca), 0).await;
    let port = picky.address().port();
    let mut haltere = Options::default()
        .with_broken_brokers()
        .env("HALTERE_AUDIT_SYSLOG_URL", &format!("tls://127.0.0.1:{port}"))
        .env("HALTERE_AUDIT_SYSLOG_CA", &file.display().to_string())
        .expect_complaint("the audit sink takes no entries")
        .start()
        .await;
    create(&haltere.admin().await, "a").await;
    haltere.log().until("the audit sink takes no entries").await;
    assert_eq!(picky.messages(), Vec::<String>::new());
    drop(picky);
    until_free(port).await;
    let receiver = SyslogReceiver::tls(&identity, None, port).await;
    until_received(&haltere, &[&receiver]).await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_receiver_over_udp_gets_a_datagram_per_entry() {
    let receiver = SyslogReceiver::udp().await;
    let mut haltere = Options::default()
        .with_broken_brokers()
        .env("HALTERE_AUDIT_SYSLOG_URL", &format!("udp://{}", receiver.address()))
        .env("HALTERE_AUDIT_SYSLOG_FACILITY", "local0")
        .start()
        .await;
    haltere.anonymous().try_login("x\"]\n<0>1 forged", "wrong").await;
    create(&haltere.admin().await, "a").await;
    until_received(&haltere, &[&receiver]).await;
    let messages = receiver.messages();
    let refused = messages.iter().find(|it| it.contains("outcome=\"denied\"")).expect("a refusal");
    assert!(refused.starts_with("<132>1 ") && !refused.contains('\n'), "{refused}");
    assert!(refused.contains(" actor=\"x\\\"\\]\u{fffd}<0>1 forged\" "), "{refused}");
    haltere.stop().await;
}

#[tokio::test]
async fn the_egress_policy_counts_for_a_receiver() {
    let receiver = SyslogReceiver::udp().await;
    let mut haltere = Options::default()
        .with_broken_brokers()
        .env("HALTERE_AUDIT_SYSLOG_URL", &format!("udp://{}", receiver.address()))
        .env("HALTERE_EGRESS_RULES", "deny 127.0.0.0/8")
        .expect_complaint("the audit sink takes no entries")
        .start()
        .await;
    haltere.log().until("egress").await;
    haltere.admin().await;
    assert_eq!(receiver.messages(), Vec::<String>::new());
    haltere.stop().await;
}

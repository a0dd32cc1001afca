//! Who did what, and that it can't be changed without a trace.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use e2e::{DEADLINE, Haltere, Options};
use haltere_store::{AuditFilter, AuditRecord, Store as _, Transactions as _};
use haltere_store_sqlite::SqliteStore;
use haltere_testkit::Mosquitto;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::timeout;

use crate::support::connection;

/// The database in the data folder, by what every SQLite file begins with.
fn database(data: &Path) -> PathBuf {
    let entries = std::fs::read_dir(data).expect("the folder can be read");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .find(|path| {
            std::fs::read(path).is_ok_and(|content| content.starts_with(b"SQLite format 3\0"))
        })
        .expect("there is a database")
}

/// The store itself, while the server runs or after it.
pub(crate) async fn open(haltere: &Haltere) -> SqliteStore {
    SqliteStore::open(&database(&haltere.data())).await.expect("the store opens")
}

/// The whole trail, oldest first.
pub(crate) async fn trail(haltere: &Haltere) -> Vec<AuditRecord> {
    let store = open(haltere).await;
    let filter = AuditFilter { limit: 1_000_000, ..AuditFilter::default() };
    let mut read = store.read().await.expect("a read begins");
    let mut records = read.audit().list(&filter).await.expect("the trail can be read");
    drop(read);
    store.close().await;
    records.reverse();
    records
}

#[tokio::test]
async fn each_change_and_each_read_of_secrets_is_on_record() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    let viewer = haltere.user("vera", &["viewer"]).await;
    let mut expected = Vec::new();
    let mut done = async |action: &'static str, object: &'static str, answer: e2e::Answer| {
        assert!(answer.status < 300, "{action}: {}", answer.text());
        expected.push((action, object, answer.header("x-request-id").to_owned()));
    };
    let mut body = connection("a", &broker.url());
    body["credentials"] = json!({ "username": "u", "password": e2e::secret("broker") });
    done("connection.create", "a", admin.post("/api/connections", &body).await).await;
    done(
        "connection.update",
        "a",
        admin.patch("/api/connections/a", &json!({ "name": "A" })).await,
    )
    .await;
    done(
        "connection.disconnect",
        "a",
        admin.post("/api/connections/a/disconnect", &json!({})).await,
    )
    .await;
    done("connection.connect", "a", admin.post("/api/connections/a/connect", &json!({})).await)
        .await;
    done("connection.read_secrets", "a", admin.get("/api/connections/a").await).await;
    done(
        "connection.test",
        "",
        admin.post("/api/connection-test", &json!({ "url": broker.url() })).await,
    )
    .await;
    done("plugin.switch", "tls", admin.put("/api/plugins/tls", &json!({ "enabled": false })).await)
        .await;
    done("connection.delete", "a", admin.delete("/api/connections/a").await).await;
    let refused = viewer.delete("/api/connections/a").await.expect_status(403);
    haltere.anonymous().try_login("admin", "wrong").await;

    let trail = trail(&haltere).await;
    for (action, object, request) in expected {
        let found = trail.iter().any(|record| {
            let entry = &record.entry;
            entry.action.as_str() == action
                && (object.is_empty() || entry.object == object)
                && entry.request_id == request
                && entry.actor == "admin"
                && entry.address.is_some()
                && entry.outcome.as_str() == "success"
        });
        assert!(found, "{action} of {object} in request {request} is missing in {trail:#?}");
    }
    let denied = |action: &str, actor: &str| {
        trail.iter().any(|record| {
            let entry = &record.entry;
            entry.action.as_str() == action
                && entry.actor == actor
                && entry.outcome.as_str() == "denied"
        })
    };
    assert!(denied("connection.delete", "vera"), "{} is missing", refused.header("x-request-id"));
    assert!(denied("session.login", "admin"));
    let text = format!("{trail:?}");
    assert!(!e2e::secrets::contains_mark(text.as_bytes()), "the audit trail contains a secret");
    haltere.stop().await;
}

#[tokio::test]
async fn the_trail_is_exported_and_verified_on_the_command_line() {
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    let mut body = connection("a", "mqtt://127.0.0.1:1");
    body["credentials"] = json!({ "username": "u", "password": e2e::secret("broker") });
    admin.post("/api/connections", &body).await.expect_status(202);
    admin.patch("/api/connections/a", &json!({ "name": "A" })).await.expect_status(200);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (export, checkpoint) = (path("export.ndjson"), path("checkpoint.json"));
    let run = async |arguments: &[&str]| haltere.cli(&[&["audit"], arguments].concat(), None).await;

    let tail = run(&["tail", "-n", "2"]).await;
    assert!(tail.status.success(), "{tail:?}");
    assert_eq!(tail.stdout.lines().count(), 2, "{tail:?}");
    assert!(tail.stdout.contains("admin  connection.update  a  (name)"), "{tail:?}");

    let made = run(&["checkpoint", &checkpoint]).await;
    assert!(made.status.success(), "{made:?}");
    let key = made.stderr.split("the public key is ").nth(1).expect("a key");
    let key = key.split(';').next().expect("a key").to_owned();
    let against = ["--checkpoint", &checkpoint, "--public-key", &key];
    let exported = run(&["export", &export]).await;
    assert!(exported.status.success(), "{exported:?}");
    let text = std::fs::read_to_string(&export).expect("an export");
    assert!(!e2e::secrets::contains_mark(text.as_bytes()), "the export contains a secret");
    assert!(text.contains("\"before\":\"Broker a\",\"after\":\"A\""), "{text}");

    // In the data folder, of the command line's export, and of the one of the API.
    let of_api = admin.get("/api/audit?format=ndjson").await.expect_status(200).text();
    std::fs::write(path("api.ndjson"), of_api).expect("written");
    for what in [&[][..], &[&*export], &[&*path("api.ndjson")]] {
        let verified = run(&[&["verify"], what, &against].concat()).await;
        assert!(verified.status.success(), "{what:?}: {verified:?}");
    }

    let line = text.lines().position(|line| line.contains("connection.update")).expect("there");
    let changed = text.replace("connection.update", "connection.delete");
    std::fs::write(path("changed.ndjson"), changed).expect("written");
    let verified = run(&["verify", &path("changed.ndjson")]).await;
    assert!(!verified.status.success(), "{verified:?}");
    assert!(verified.stdout.starts_with(&format!("entry {} (", line + 1)), "{verified:?}");

    // Cut at the end, only the checkpoint shows it.
    let cut: String = text.split_inclusive('\n').take(line).collect();
    std::fs::write(path("cut.ndjson"), cut).expect("written");
    let verified = run(&["verify", &path("cut.ndjson")]).await;
    assert!(verified.status.success(), "{verified:?}");
    let verified = run(&[&["verify", &*path("cut.ndjson")][..], &against].concat()).await;
    assert!(!verified.status.success(), "{verified:?}");
    assert!(verified.stdout.contains("as the checkpoint says"), "{verified:?}");

    let text = std::fs::read_to_string(&checkpoint).expect("a checkpoint");
    let forged = text.replace("\"position\": ", "\"position\": 1");
    std::fs::write(&checkpoint, forged).expect("written");
    let verified = run(&[&["verify"][..], &against].concat()).await;
    assert!(verified.stderr.contains("signature"), "{verified:?}");
    haltere.stop().await;
}

#[tokio::test]
async fn new_entries_are_printed_as_they_come() {
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    let mut command = haltere.command(&["audit", "tail", "-n", "1", "--follow"]);
    let mut tail = command.stdout(Stdio::piped()).spawn().expect("started");
    let mut lines = BufReader::new(tail.stdout.take().expect("a pipe")).lines();
    let mut until = async |text: &str| {
        let found = async {
            loop {
                let line = lines.next_line().await.expect("read").expect("no end");
                if line.contains(text) {
                    return;
                }
            }
        };
        timeout(DEADLINE, found).await.expect(text);
    };
    until("session.login").await;
    for id in ["a", "b"] {
        admin
            .post("/api/connections", &connection(id, "mqtt://127.0.0.1:1"))
            .await
            .expect_status(202);
        until(&format!("admin  connection.create  {id}")).await;
    }
    drop(lines);
    // The next entry finds the pipe closed, and the command ends well.
    admin.delete("/api/connections/a").await;
    let ended = timeout(DEADLINE, tail.wait()).await.expect("an end").expect("waited for");
    assert!(ended.success(), "{ended:?}");
    haltere.stop().await;
}

//! Who did what: read from the store, as long as the API does not show it.

use std::path::{Path, PathBuf};

use e2e::Haltere;
use haltere_store::{AuditFilter, AuditRecord, Store as _, Transactions as _};
use haltere_store_sqlite::SqliteStore;
use haltere_testkit::Mosquitto;
use serde_json::json;

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

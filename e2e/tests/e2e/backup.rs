//! A backup made under load, restored, and at work; and keys changed under a running server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use e2e::haltere::cli;
use e2e::{CliOutput, Client, Haltere, Options, eventually, secret, secrets};
use haltere_core::ConnectionId;
use haltere_store::{Sealed, Store as _, Transactions as _};
use haltere_testkit::{Ca, Listener, Mosquitto};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::audit::open;
use crate::support::{connection, find, ids, pem, until_connected};

const WRITERS: usize = 4;
const BACKUPS: usize = 5;

fn with_password(id: &str, url: &str) -> Value {
    let mut body = connection(id, url);
    body["credentials"] = json!({ "username": "haltere", "password": secret("broker") });
    body
}

fn succeeded(output: &CliOutput) {
    assert!(output.status.success(), "{output:?}");
    for text in [&output.stdout, &output.stderr] {
        assert!(!secrets::contains_mark(text.as_bytes()), "{output:?}");
    }
}

/// Backs up to a file next to the data folder.
async fn back_up(haltere: &Haltere, name: &str) -> std::path::PathBuf {
    let file = haltere.data_dir().path().join(name);
    let output = haltere.cli(&["backup", file.to_str().expect("UTF-8")], None).await;
    succeeded(&output);
    file
}

/// A folder for [`Options::data_dir`] in which the backup was restored with the key of `original`.
async fn restore(original: &Haltere, backup: &Path) -> Arc<TempDir> {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let data = folder.path().join("data");
    let key = original.data().join("master.key");
    let paths = [backup, &key, &data].map(|path| path.to_str().expect("UTF-8"));
    let output =
        cli(&["restore", paths[0], "--master-key-file", paths[1], "--data-dir", paths[2]]).await;
    succeeded(&output);
    folder
}

/// Creates connections until `stop`, and records what was answered and how long it took.
async fn create(
    client: Client,
    writer: usize,
    url: String,
    stop: Arc<AtomicBool>,
    answered: Arc<Mutex<BTreeMap<String, Instant>>>,
) -> Vec<(Instant, Duration)> {
    let mut took = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let id = format!("{writer}-{number}");
        let started = Instant::now();
        client.post("/api/connections", &with_password(&id, &url)).await.expect_status(200);
        took.push((started, started.elapsed()));
        answered.lock().insert(id, Instant::now());
    }
    took
}

fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort();
    times.get(times.len() * percent / 100).copied().unwrap_or_default()
}

#[tokio::test]
async fn what_was_answered_before_a_backup_began_is_in_it_and_connects() {
    let broker = Mosquitto::builder().user("haltere", &secret("broker")).start().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(Mutex::new(BTreeMap::new()));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
            tokio::spawn(create(admin.clone(), writer, broker.url(), stop, answered))
        })
        .collect();
    let mut backups = Vec::new();
    for round in 0..BACKUPS {
        eventually("more is answered", async || {
            (answered.lock().len() > 10 * (round + 1)).then_some(())
        })
        .await;
        let began = Instant::now();
        let file = back_up(&haltere, &format!("backup-{round}")).await;
        backups.push((began, Instant::now(), file));
    }
    stop.store(true, Ordering::SeqCst);
    let mut took = Vec::new();
    for writer in writers {
        took.extend(writer.await.expect("no create was refused"));
    }
    let during = |at: &Instant| backups.iter().any(|(from, to, _)| from <= at && at <= to);
    let (with_backup, alone): (Vec<_>, Vec<_>) = took.into_iter().partition(|(at, _)| during(at));
    let times = |all: Vec<(Instant, Duration)>| all.into_iter().map(|(_, took)| took).collect();
    let (with_backup, alone): (Vec<_>, Vec<_>) = (times(with_backup), times(alone));
    println!(
        "a create: p50 {:?}, p99 {:?}; during a backup: p50 {:?}, p99 {:?} ({} of them)",
        percentile(alone.clone(), 50),
        percentile(alone, 99),
        percentile(with_backup.clone(), 50),
        percentile(with_backup.clone(), 99),
        with_backup.len()
    );

    let answered = answered.lock().clone();
    for (began, _, file) in &backups {
        let content = std::fs::read(file).expect("readable");
        assert!(!secrets::contains_mark(&content), "{} holds a secret", file.display());
        let before: Vec<_> =
            answered.iter().filter(|(_, at)| *at < began).map(|(id, _)| id.clone()).collect();
        assert!(before.len() > 10);
        // Runs at the same time as the original: their client ids differ.
        let folder = restore(&haltere, file).await;
        let mut restored = Options::default().data_dir(&folder).start().await;
        let client = restored.admin().await;
        let there = client.get("/api/connections?secrets=omit").await.expect_status(200).json();
        let there = ids(&there);
        let lost: Vec<_> = before.iter().filter(|id| !there.contains(id)).collect();
        assert!(lost.is_empty(), "answered before the backup and not in it: {lost:?}");
        for id in &there {
            until_connected(&client, id).await;
        }
        let old_session = admin.at(&restored.base()).get("/api/connections").await;
        old_session.expect_status(401);
        restored.stop().await;
    }
    let here = admin.get("/api/connections?secrets=omit").await.expect_status(200).json();
    for id in ids(&here) {
        assert_eq!(find(&here, &id).expect("listed")["status"]["connected"], true, "{id}");
    }
    haltere.stop().await;
}

#[tokio::test]
async fn keys_come_back_from_a_backup_without_being_readable_in_it() {
    let ca = Ca::new("factory");
    let certificate = ca.client("haltere");
    let listener = Listener::tls(&ca.server(&["127.0.0.1"])).require_certificate(&ca.pem());
    let broker = Mosquitto::builder().listener(listener).start().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    let mut body = connection("tls", &broker.url());
    body["ca"] = pem(&ca.pem());
    body["cert"] = pem(&certificate.cert_pem);
    body["key"] = pem(&certificate.key_pem);
    admin.post("/api/connections", &body).await.expect_status(200);
    let file = back_up(&haltere, "backup").await;
    let content = std::fs::read(&file).expect("readable");
    for line in certificate.key_pem.lines().filter(|line| line.len() > 40) {
        assert!(!secrets::find(&content, line.as_bytes()), "it contains a line of the key");
    }
    let master_key = std::fs::read(haltere.data().join("master.key")).expect("readable");
    assert!(!secrets::find(&content, master_key.trim_ascii()));
    let folder = restore(&haltere, &file).await;
    haltere.stop().await;
    let mut restored = Options::default().data_dir(&folder).start().await;
    until_connected(&restored.admin().await, "tls").await;
    restored.stop().await;
}

#[tokio::test]
async fn keys_are_changed_under_a_running_server() {
    let broker = Mosquitto::builder().user("haltere", &secret("broker")).start().await;
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &with_password("a", &broker.url())).await.expect_status(200);
    succeeded(&haltere.cli(&["secrets", "rotate"], None).await);
    // Sealed by the server that knows nothing of the new master key.
    admin.post("/api/connections", &with_password("b", &broker.url())).await.expect_status(200);
    until_connected(&admin, "a").await;
    haltere.stop().await;
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    for id in ["a", "b"] {
        until_connected(&admin, id).await;
    }
    haltere.stop().await;
    succeeded(&haltere.cli(&["secrets", "rotate", "--data-key"], None).await);
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    for id in ["a", "b"] {
        until_connected(&admin, id).await;
    }
    let shown = admin.get("/api/connections").await.json();
    let password = &find(&shown, "b").expect("listed")["credentials"]["password"];
    assert_eq!(password, &json!(secret("broker")));
    haltere.stop().await;
}

#[tokio::test]
async fn a_secret_that_can_not_be_opened_is_named_and_not_shown() {
    let broker = Mosquitto::plain().await;
    let mut haltere = Options::default().expect_complaint("can't be read").start().await;
    let admin = haltere.admin().await;
    for id in ["sound", "damaged"] {
        admin.post("/api/connections", &with_password(id, &broker.url())).await.expect_status(200);
    }
    let output = haltere.cli(&["secrets", "verify"], None).await;
    succeeded(&output);
    assert!(output.stderr.contains("all 2 secrets of 2 connections"), "{output:?}");

    let store = open(&haltere).await;
    let mut write = store.write().await.expect("a write begins");
    let id = ConnectionId::parse("damaged").expect("an id");
    let row = write.connections().find(&id).await.expect("asked for");
    let mut row = row.expect("there");
    let sealed = row.password.expect("a password").0;
    let flipped = sealed.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 40));
    row.password = Some(Sealed(flipped.collect()));
    write.connections().update(&row).await.expect("changed");
    write.commit().await.expect("kept");
    store.close().await;

    let output = haltere.cli(&["secrets", "verify"], None).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(
        output.stdout,
        "damaged  credentials.password: the secret at connections/password/damaged can't be opened: it was changed or moved\n"
    );
    assert!(output.stderr.contains("1 of 2 secrets can't be opened"), "{output:?}");
    haltere.stop().await;
}

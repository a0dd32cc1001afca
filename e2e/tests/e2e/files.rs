//! The database's files are removed, replaced or damaged: nothing is acknowledged that would be lost, the
//! fault is reported, and reads go on as far as possible.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use e2e::{Answer, Client, Haltere, Options, eventually};
use haltere_testkit::Mosquitto;
use rustix::process::Signal;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::database::Database;
use crate::support::{connection, find, until_connected};

const REPLACED: &str = "the database's files were removed or replaced";
const DAMAGED: &str = "the database is damaged";

fn options() -> Options {
    let options = Options::default().with_broken_brokers();
    let options = options.expect_complaint("nothing can be stored");
    // The key is in the folder: its watch, too, notices a folder that is away for long enough.
    options.expect_complaint("write-ahead log").expect_complaint("the master key was removed")
}

async fn with_connection(broker: &Mosquitto) -> (Haltere, Client) {
    let haltere = options().start().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("kept", &broker.url())).await.expect_status(200);
    (haltere, admin)
}

fn remove(haltere: &Haltere, names: &[&str]) {
    for name in names {
        fs::remove_file(haltere.data().join(name)).expect("it is there");
    }
}

fn is_refusal(answer: Answer, trouble: &str) {
    let answer = answer.expect_status(500).json();
    assert_eq!(answer["reason"], trouble, "{answer}");
}

async fn it_is_reported(haltere: &Haltere, trouble: &str) {
    let ready = haltere.anonymous().get("/readyz").await.expect_status(503).json();
    assert_eq!(ready["reasons"], json!([trouble]));
    haltere.anonymous().get("/healthz").await.expect_status(200);
    let log = haltere.log().lines();
    assert_eq!(log.iter().filter(|line| line.contains(trouble)).count(), 1, "{log:#?}");
}

async fn changes_are_refused_and_reads_go_on(haltere: &Haltere, admin: &Client, trouble: &str) {
    let body = connection("new", "mqtt://127.0.0.1:1");
    is_refusal(admin.post("/api/connections", &body).await, trouble);
    is_refusal(admin.delete("/api/connections/kept").await, trouble);
    is_refusal(admin.put("/api/plugins/tls", &json!({"enabled": false})).await, trouble);
    let password = e2e::haltere::admin_password();
    is_refusal(haltere.anonymous().try_login("admin", &password).await, trouble);
    let list = admin.get("/api/connections?secrets=omit").await.expect_status(200).json();
    assert_eq!(find(&list, "kept").expect("listed")["status"]["connected"], true, "{list}");
    admin.get("/api/profile").await.expect_status(200);
}

#[tokio::test]
async fn a_removed_database_is_noticed_and_not_replaced_by_an_empty_one() {
    let broker = Mosquitto::plain().await;
    let (mut haltere, admin) = with_connection(&broker).await;
    remove(&haltere, &["haltere.db", "haltere.db-wal", "haltere.db-shm"]);
    eventually("it is noticed without a change", async || {
        (haltere.anonymous().get("/readyz").await.status == 503).then_some(())
    })
    .await;
    changes_are_refused_and_reads_go_on(&haltere, &admin, REPLACED).await;
    it_is_reported(&haltere, REPLACED).await;
    haltere.stop().await;

    let (status, said) = options().data_dir(haltere.data_dir()).start_refused().await;
    assert!(!status.success() && said.contains("master.key") && said.contains("--fresh"), "{said}");
    // An empty file in its place is no database, either.
    fs::write(haltere.data().join("haltere.db"), "").expect("written");
    let (status, said) = options().data_dir(haltere.data_dir()).start_refused().await;
    assert!(!status.success() && said.contains("no tables") && said.contains("--fresh"), "{said}");
    fs::remove_file(haltere.data().join("haltere.db")).expect("it is there");
    // The key that is configured leaves no file, but the lock remembers.
    fs::remove_file(haltere.data().join("master.key")).expect("it is there");
    let (status, said) = options().data_dir(haltere.data_dir()).start_refused().await;
    assert!(!status.success() && said.contains("haltere.lock"), "{said}");
    haltere.restart_with(options().arg("--fresh")).await;
    let list = haltere.admin().await.get("/api/connections").await.expect_status(200).json();
    assert_eq!(list, json!([]));
    haltere.stop().await;
}

#[tokio::test]
async fn another_database_moved_over_it_is_left_alone() {
    let broker = Mosquitto::plain().await;
    let (mut haltere, admin) = with_connection(&broker).await;
    let (mut other, _) = with_connection(&broker).await;
    other.stop().await;
    remove(&haltere, &["haltere.db-wal", "haltere.db-shm"]);
    fs::rename(other.data().join("haltere.db"), haltere.data().join("haltere.db")).expect("moved");
    changes_are_refused_and_reads_go_on(&haltere, &admin, REPLACED).await;
    it_is_reported(&haltere, REPLACED).await;
    haltere.stop().await;
    fs::rename(haltere.data().join("haltere.db"), other.data().join("haltere.db")).expect("moved");
    other.restart().await;
    assert_eq!(Database::of(&other).await.connections().await, ["kept"]);
    other.stop().await;
}

#[tokio::test]
async fn a_removed_log_loses_nothing_that_was_acknowledged() {
    let broker = Mosquitto::plain().await;
    let (mut haltere, admin) = with_connection(&broker).await;
    remove(&haltere, &["haltere.db-wal"]);
    haltere.log().until("was brought into the database").await;
    changes_are_refused_and_reads_go_on(&haltere, &admin, REPLACED).await;
    haltere.kill().await;
    fs::remove_file(haltere.data().join("haltere.db-shm")).expect("it is there");
    haltere.restart().await;
    let admin = admin.at(&haltere.base());
    until_connected(&admin, "kept").await;
    assert_eq!(Database::of(&haltere).await.integrity().await, "ok");
    haltere.stop().await;
}

#[tokio::test]
async fn a_folder_that_was_moved_away_and_comes_back_goes_on() {
    let broker = Mosquitto::plain().await;
    let (mut haltere, admin) = with_connection(&broker).await;
    let (home, away) = (haltere.data(), haltere.data().with_extension("away"));
    fs::rename(&home, &away).expect("moved");
    changes_are_refused_and_reads_go_on(&haltere, &admin, REPLACED).await;
    fs::rename(&away, &home).expect("moved");
    haltere.log().until("changes can be stored again").await;
    let body = connection("new", "mqtt://127.0.0.1:1");
    admin.post("/api/connections", &body).await.expect_status(202);
    haltere.signal(Signal::KILL);
    haltere.wait().await;
}

#[tokio::test]
async fn a_removed_or_overwritten_master_key_is_reported_until_it_is_back() {
    const REASON: &str = "the master key was removed or replaced";
    let haltere = Options::default().expect_complaint(REASON).start().await;
    let admin = haltere.admin().await;
    let ready = async || haltere.anonymous().get("/readyz").await;
    let path = haltere.data().join("master.key");
    // What opens the database now is good, whatever the server was started with.
    let rotated = haltere.cli(&["secrets", "rotate"], None).await;
    assert!(rotated.status.success(), "{rotated:?}");
    let key = fs::read(&path).expect("it is there");
    for wrong in [None, Some("no key"), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")] {
        match wrong {
            None => fs::remove_file(&path).expect("it is there"),
            Some(wrong) => fs::write(&path, wrong).expect("written"),
        }
        let reported = eventually("it is reported", async || {
            let answer = ready().await;
            (answer.status == 503).then(|| answer.json())
        })
        .await;
        assert_eq!(reported["reasons"], json!([REASON]));
        eventually("administrators see why", async || {
            let tasks = admin.get("/api/system/tasks").await.json();
            let mut tasks = tasks.as_array().expect("a list").iter();
            let watch = tasks.find(|task| task["name"] == "master-key-watch").expect("listed");
            watch["lastRun"]["error"].as_str().map(drop)
        })
        .await;
        fs::write(&path, &key).expect("written");
        eventually("it is well again", async || (ready().await.status == 200).then_some(())).await;
    }
    let log = haltere.log().lines();
    assert_eq!(log.iter().filter(|line| line.contains(REASON)).count(), 3, "{log:#?}");
}

/// Overwrites the root page of a table.
async fn damage(database: &Path, table: &str) {
    let options = SqliteConnectOptions::new().filename(database);
    let mut shell = SqliteConnection::connect_with(&options).await.expect("it opens");
    let root = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = $1");
    let root: i64 = root.bind(table).fetch_one(&mut shell).await.expect("a table");
    let size: i64 =
        sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut shell).await.expect("a size");
    shell.close().await.expect("closed");
    let file = OpenOptions::new().write(true).open(database).expect("it opens");
    let garbage = vec![0xa5; usize::try_from(size).expect("small")];
    let at = u64::try_from((root - 1) * size).expect("a page");
    file.write_all_at(&garbage, at).expect("written");
}

#[tokio::test]
async fn a_damaged_page_is_reported_at_the_start_and_reads_go_on() {
    let broker = Mosquitto::plain().await;
    let (mut haltere, admin) = with_connection(&broker).await;
    haltere.stop().await;
    damage(&haltere.data().join("haltere.db"), "audit").await;
    let again = options().data_dir(haltere.data_dir()).start_unready().await;
    let admin = admin.at(&again.base());
    until_connected_without_secrets(&admin).await;
    it_is_reported(&again, DAMAGED).await;
    changes_are_refused_and_reads_go_on(&again, &admin, DAMAGED).await;
    let line = again.log().until(DAMAGED).await;
    assert!(line.contains("audit") && line.contains("restore a backup"), "{line}");
}

async fn until_connected_without_secrets(admin: &Client) {
    eventually("the link is up", async || {
        let list = admin.get("/api/connections?secrets=omit").await.expect_status(200).json();
        (find(&list, "kept")?["status"]["connected"] == true).then_some(())
    })
    .await;
}

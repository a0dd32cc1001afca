//! The database's files are cut or overwritten in place, under a running server.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;

use e2e::{Haltere, Options, eventually};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::database::Database;
use crate::support::connection;

const DAMAGED: &str = "the database is damaged";

fn options() -> Options {
    let options = Options::default().with_broken_brokers();
    // Reads fail as well, where what they need was cut off.
    options.expect_complaint("nothing can be stored").expect_complaint("the store fails")
}

fn harm(haltere: &Haltere, file: &str, how: &str) {
    let file = OpenOptions::new().write(true).open(haltere.data().join(file)).expect("it opens");
    let bytes = file.metadata().expect("there").len();
    match how {
        "emptied" => file.set_len(0),
        "halved" => file.set_len(bytes / 2),
        _ => file.write_all_at(&vec![0; usize::try_from(bytes).expect("small")], 0),
    }
    .expect("harmed");
}

/// Where reads fail as well, the store does not answer either.
async fn it_is_reported(haltere: &Haltere) {
    let ready = haltere.anonymous().get("/readyz").await.expect_status(503).json();
    let reasons = ready["reasons"].as_array().expect("a list");
    assert!(reasons.contains(&json!(DAMAGED)), "{ready}");
}

/// A change right behind the harm, before any look in the background: it is stored, or not acknowledged.
#[tokio::test]
async fn no_change_is_acknowledged_that_a_cut_log_has_lost() {
    for how in ["emptied", "halved", "zeroed"] {
        let mut haltere = options().start().await;
        let url = "mqtt://127.0.0.1:1";
        let admin = haltere.admin().await;
        admin.post("/api/connections", &connection("folded", url)).await.expect_status(202);
        // The end of a server folds its log into the database.
        haltere.stop().await;
        haltere.restart().await;
        let admin = haltere.admin().await;
        admin.post("/api/connections", &connection("before", url)).await.expect_status(202);
        harm(&haltere, "haltere.db-wal", how);
        let body = connection("after", url);
        let answer = admin.post("/api/connections", &body).await.expect_status(500).json();
        assert_eq!(answer["reason"], DAMAGED, "{how}: {answer}");
        it_is_reported(&haltere).await;
        let line = haltere.log().until("nothing can be stored").await;
        // SQLite itself may notice first.
        let causes = ["haltere.db-wal was cut or overwritten", "disk image is malformed"];
        assert!(causes.iter().any(|cause| line.contains(cause)), "{how}: {line}");
        haltere.stop().await;
        // What had been folded into the database is there, and sound.
        haltere.restart().await;
        let mut database = Database::of(&haltere).await;
        assert_eq!(database.integrity().await, "ok", "{how}");
        let left = database.connections().await;
        assert!(left.starts_with(&["folded".to_owned()]), "{how}: {left:?}");
        assert!(!left.contains(&"after".to_owned()), "{how}: {left:?}");
        haltere.stop().await;
    }
}

#[tokio::test]
async fn a_file_that_is_cut_between_writes_is_reported() {
    for file in ["haltere.db-wal", "haltere.db"] {
        let mut haltere = options().start().await;
        // Folds the log into the database, which before is too short to lack anything.
        haltere.stop().await;
        haltere.restart().await;
        let admin = haltere.admin().await;
        harm(&haltere, file, "halved");
        eventually("it is reported", async || {
            (haltere.anonymous().get("/readyz").await.status == 503).then_some(())
        })
        .await;
        let line = haltere.log().until("nothing can be stored").await;
        assert!(line.contains(file) && line.contains("restore a backup"), "{file}: {line}");
        let body = connection("new", "mqtt://127.0.0.1:1");
        admin.post("/api/connections", &body).await.expect_status(500);
        assert!(fs::metadata(haltere.data().join(file)).is_ok());
    }
}

/// `cp` writes into the file that is there.
#[tokio::test]
async fn an_older_copy_over_the_database_takes_no_change() {
    let mut haltere = options().expect_complaint("was renamed").start().await;
    let url = "mqtt://127.0.0.1:1";
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("first", url)).await.expect_status(202);
    haltere.stop().await;
    let old = fs::read(haltere.data().join("haltere.db")).expect("there");
    haltere.restart().await;
    let admin = haltere.admin().await;
    admin.post("/api/connections", &connection("second", url)).await.expect_status(202);
    haltere.stop().await;
    haltere.restart().await;
    // The log holds something that does not fit the older copy.
    let admin = haltere.admin().await;
    fs::write(haltere.data().join("haltere.db"), &old).expect("overwritten");
    let body = connection("lost", url);
    let answer = admin.post("/api/connections", &body).await.expect_status(500).json();
    assert_eq!(answer["reason"], DAMAGED, "{answer}");
    it_is_reported(&haltere).await;
    let line = haltere.log().until("nothing can be stored").await;
    assert!(line.contains("was overwritten with an older copy"), "{line}");
    haltere.stop().await;
    haltere.restart().await;
    let mut database = Database::of(&haltere).await;
    assert_eq!(database.integrity().await, "ok");
    assert_eq!(database.connections().await, ["first"], "the copy, whole");
    let aside = haltere.data().join("haltere.db-wal.overwritten");
    assert!(aside.exists(), "the log that does not belong to it");
    haltere.anonymous().get("/readyz").await.expect_status(200);
    haltere.stop().await;
}

#[tokio::test]
async fn a_database_that_is_cut_in_its_first_minute_is_noticed() {
    let haltere = options().start().await;
    harm(&haltere, "haltere.db", "emptied");
    eventually("it is reported", async || {
        (haltere.anonymous().get("/readyz").await.status == 503).then_some(())
    })
    .await;
    let line = haltere.log().until("nothing can be stored").await;
    assert!(line.contains("haltere.db was cut"), "{line}");
}

/// Takes as long as a change waits for another program.
#[tokio::test]
async fn a_change_that_waits_too_long_for_another_program_can_be_tried_again() {
    let options = options().expect_complaint("another program holds the database");
    let mut haltere = options.start().await;
    let admin = haltere.admin().await;
    let file = SqliteConnectOptions::new().filename(haltere.data().join("haltere.db"));
    let mut shell = SqliteConnection::connect_with(&file).await.expect("it opens");
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut shell).await.expect("locked");
    let body = connection("later", "mqtt://127.0.0.1:1");
    let refused = admin.post("/api/connections", &body).await.expect_status(503);
    assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
    let answer = refused.json();
    assert_eq!(answer["code"], "UNAVAILABLE", "{answer}");
    assert_eq!(answer["reason"], "the database is busy", "{answer}");
    assert_eq!(answer["message"], "Another program holds the database; try again", "{answer}");
    haltere.anonymous().get("/readyz").await.expect_status(200);
    sqlx::raw_sql("ROLLBACK").execute(&mut shell).await.expect("unlocked");
    admin.post("/api/connections", &body).await.expect_status(202);
    haltere.stop().await;
}

//! The database's files are cut or overwritten in place, under a running server.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;

use e2e::{Haltere, Options, eventually};
use serde_json::json;

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
        let ready = haltere.anonymous().get("/readyz").await.expect_status(503).json();
        assert_eq!(ready["reasons"], json!([DAMAGED]), "{how}");
        let told = haltere.log().until("nothing can be stored").await;
        assert!(told.contains("haltere.db-wal was cut or overwritten"), "{how}: {told}");
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
async fn a_file_that_is_cut_while_nobody_writes_is_told() {
    for file in ["haltere.db-wal", "haltere.db"] {
        let mut haltere = options().start().await;
        // Folds the log into the database, which before is too short to lack anything.
        haltere.stop().await;
        haltere.restart().await;
        let admin = haltere.admin().await;
        harm(&haltere, file, "halved");
        eventually("it is told", async || {
            (haltere.anonymous().get("/readyz").await.status == 503).then_some(())
        })
        .await;
        let told = haltere.log().until("nothing can be stored").await;
        assert!(told.contains(file) && told.contains("restore a backup"), "{file}: {told}");
        let body = connection("new", "mqtt://127.0.0.1:1");
        admin.post("/api/connections", &body).await.expect_status(500);
        assert!(fs::metadata(haltere.data().join(file)).is_ok());
    }
}

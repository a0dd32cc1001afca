//! Tasks in the background that die.

use std::fs;
use std::os::unix::net::UnixDatagram;

use e2e::{Options, eventually};
use tempfile::TempDir;

/// The place where a test makes haltere fail, and the file with the order.
const ORDER: &str = "FAILPOINT_FILE";

fn ordered(folder: &TempDir) -> Options {
    let order = folder.path().join("order");
    Options::default()
        .env(ORDER, order.to_str().expect("a plain path"))
        .expect_complaint("a background task panicked")
        .expect_complaint("a background task is started again")
        .expect_complaint("panicked at")
        .expect_complaint("has panicked 5 times")
}

fn order_a_death(folder: &TempDir) {
    let draft = folder.path().join("draft");
    fs::write(&draft, "background.before panic").expect("written");
    fs::rename(&draft, folder.path().join("order")).expect("renamed");
}

#[tokio::test]
async fn a_task_that_dies_is_begun_again() {
    let folder = TempDir::new().expect("a folder");
    let mut haltere = ordered(&folder).start().await;
    order_a_death(&folder);
    haltere.log().until("a background task is started again").await;
    eventually("it is ready again", async || {
        (haltere.anonymous().get("/readyz").await.status == 200).then_some(())
    })
    .await;
    // What the command line does is noticed by the task that had died.
    let viewer = haltere.user("vera", &["viewer"]).await;
    let removed = haltere.cli(&["users", "remove", "vera"], None).await;
    assert!(removed.status.success(), "{removed:?}");
    eventually("the session has ended", async || {
        (viewer.get("/api/profile").await.status == 401).then_some(())
    })
    .await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_task_that_keeps_dying_ends_the_process_with_the_reason() {
    let folder = TempDir::new().expect("a folder");
    let mut haltere = ordered(&folder).start().await;
    for deaths in 1..=5 {
        order_a_death(&folder);
        haltere
            .log()
            .until(&match deaths {
                5 => "has panicked 5 times".to_owned(),
                _ => format!("\"panics\":{deaths},"),
            })
            .await;
    }
    let status = haltere.wait().await;
    assert_eq!(status.code(), Some(1));
    let log = haltere.log().text();
    assert!(
        log.contains("haltere: the background task \"reconciler\" has panicked 5 times"),
        "{log}"
    );
}

#[tokio::test]
async fn a_service_manager_is_notified_of_start_life_and_end() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).expect("bound");
    let mut haltere = Options::default()
        .env("NOTIFY_SOCKET", path.to_str().expect("a plain path"))
        .env("WATCHDOG_USEC", "200000")
        .start()
        .await;
    let received = tokio::task::spawn_blocking(move || {
        let mut text = [0; 64];
        let mut receive = || {
            let length = manager.recv(&mut text).expect("a message");
            String::from_utf8_lossy(&text[..length]).into_owned()
        };
        let first = [receive(), receive(), receive()];
        (manager, first)
    });
    let (manager, first) = received.await.expect("received");
    assert_eq!(first, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    haltere.stop().await;
    manager.set_nonblocking(true).expect("set");
    let mut last = String::new();
    let mut text = [0; 64];
    while let Ok(length) = manager.recv(&mut text) {
        last = String::from_utf8_lossy(&text[..length]).into_owned();
    }
    assert_eq!(last, "STOPPING=1");
}

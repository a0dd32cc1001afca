//! One database, one server, whatever way leads to the database's file.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use e2e::haltere::listing;
use e2e::{Haltere, Options};
use haltere_testkit::netns;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::database::Database;
use crate::support::connection;

/// A second data folder, with the first one's master key.
fn second(first: &Haltere) -> Arc<TempDir> {
    let root = Arc::new(tempfile::tempdir().expect("a folder"));
    fs::create_dir(data(&root)).expect("made");
    fs::copy(first.data().join("master.key"), data(&root).join("master.key")).expect("copied");
    root
}

fn data(root: &Arc<TempDir>) -> std::path::PathBuf {
    root.path().join("data")
}

/// Neither a server nor a command works on the second folder.
async fn is_refused(root: &Arc<TempDir>, why: &str) {
    let (status, said) = Options::default().data_dir(root).start_refused().await;
    assert!(!status.success() && said.contains(why) && said.contains("haltere.db"), "{said}");
    let fresh = Options::default().data_dir(root).arg("--fresh");
    let (status, said) = fresh.start_refused().await;
    assert!(!status.success() && said.contains(why), "{said}");
    let folder = data(root).to_str().expect("UTF-8").to_owned();
    for command in [&["users", "list"][..], &["secrets", "rotate"], &["export"]] {
        let output = e2e::haltere::cli(&[command, &["--data-dir", &folder]].concat()).await;
        assert!(!output.status.success() && output.stderr.contains(why), "{command:?}: {output:?}");
    }
    let names = listing(&data(root));
    assert!(!names.iter().any(|name| name.ends_with("-wal")), "nothing was opened: {names:?}");
}

async fn goes_on(first: &mut Haltere) {
    let admin = first.admin().await;
    admin.post("/api/connections", &connection("a", "mqtt://127.0.0.1:1")).await.expect_status(202);
    assert!(first.cli(&["users", "list"], None).await.status.success());
    first.stop().await;
    first.restart().await;
    assert_eq!(Database::of(first).await.connections().await, ["a"]);
    assert_eq!(Database::of(first).await.integrity().await, "ok");
}

#[tokio::test]
async fn a_database_linked_into_a_second_folder_is_refused_there() {
    let mut first = Options::default().with_broken_brokers().start().await;
    let database = first.data().join("haltere.db");
    let linked = second(&first);
    symlink(&database, data(&linked).join("haltere.db")).expect("made");
    is_refused(&linked, "symbolic link").await;
    fs::remove_file(data(&linked).join("haltere.db")).expect("removed");
    fs::hard_link(&database, data(&linked).join("haltere.db")).expect("made");
    is_refused(&linked, "hard link").await;
    fs::remove_file(data(&linked).join("haltere.db")).expect("removed");
    goes_on(&mut first).await;
}

#[tokio::test]
async fn a_database_moved_into_a_second_folder_is_refused_there() {
    let complaint = "nothing can be stored";
    let options = Options::default().with_broken_brokers().expect_complaint(complaint);
    let mut first = options.start().await;
    let moved = second(&first);
    let (here, there) = (first.data().join("haltere.db"), data(&moved).join("haltere.db"));
    fs::rename(&here, &there).expect("moved");
    is_refused(&moved, "another haltere is serving").await;
    fs::rename(&there, &here).expect("moved back");
    first.log().until("changes can be stored again").await;
    goes_on(&mut first).await;
}

/// A container may be given the file alone.
#[test]
fn a_database_mounted_into_a_second_folder_is_refused_there() {
    netns::run(async {
        let mut first = Options::default().with_broken_brokers().start().await;
        let mounted = second(&first);
        let (here, there) = (first.data().join("haltere.db"), data(&mounted).join("haltere.db"));
        fs::write(&there, "").expect("made");
        mount(&["--bind"], &[&here, &there]);
        is_refused(&mounted, "another haltere is serving").await;
        assert!(Command::new("umount").arg(&there).status().expect("started").success());
        goes_on(&mut first).await;
    });
}

fn mount(arguments: &[&str], paths: &[&Path]) {
    let status = Command::new("mount").args(arguments).args(paths).status();
    assert!(status.expect("started").success());
}

#[tokio::test]
async fn a_link_to_the_data_folder_is_the_same_folder() {
    let mut first = Haltere::start().await;
    let linked = Arc::new(tempfile::tempdir().expect("a folder"));
    symlink(first.data(), data(&linked)).expect("made");
    let (status, said) = Options::default().data_dir(&linked).start_refused().await;
    assert!(!status.success(), "{said}");
    assert!(said.contains(&format!("process {}", first.pid())), "{said}");
    let folder = data(&linked).to_str().expect("UTF-8").to_owned();
    let users = e2e::haltere::cli(&["users", "list", "--data-dir", &folder]).await;
    assert!(users.status.success(), "while its server runs: {users:?}");
    first.stop().await;
    let mut again = Options::default().data_dir(&linked).start().await;
    again.admin().await.get("/api/profile").await.expect_status(200);
    again.stop().await;
}

#[tokio::test]
async fn nothing_is_added_to_the_database_of_another_program() {
    let root = Arc::new(tempfile::tempdir().expect("a folder"));
    fs::create_dir(data(&root)).expect("made");
    let file = data(&root).join("haltere.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut shell = SqliteConnection::connect_with(&options).await.expect("it opens");
    let sql = "CREATE TABLE diary (day TEXT); INSERT INTO diary VALUES ('monday')";
    sqlx::raw_sql(sql).execute(&mut shell).await.expect("written");
    shell.close().await.expect("closed");
    let before = fs::read(&file).expect("there");
    for options in [Options::default(), Options::default().arg("--fresh")] {
        let (status, said) = options.data_dir(&root).start_refused().await;
        assert!(!status.success() && said.contains("not one of haltere"), "{said}");
        assert!(said.contains("haltere.db") && !said.contains("--fresh"), "{said}");
    }
    assert_eq!(fs::read(&file).expect("there"), before);
    assert_eq!(listing(&data(&root)), ["haltere.db", "haltere.lock"]);
}

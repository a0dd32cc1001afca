//! What was acknowledged survives `kill -9`.
//!
//! The test runs itself again as a child that inserts as fast as it can and says so, kills the child
//! in the middle of it, and looks at what is left.

#![expect(clippy::unwrap_used, reason = "a test: what can't be had ends it")]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use haltere_core::{AuditAction, AuditEntry, AuditOutcome, Intent, Revision, Timestamp};
use haltere_store::{AuditFilter, ConnectionRecord, Store as _, StoreError};
use haltere_store_sqlite::SqliteStore;
use sqlx::{Connection as _, SqliteConnection};

const ROUNDS: usize = 10;
const WRITERS: usize = 4;
/// Names the database in the child, and the child to itself.
const DATABASE: &str = "HALTERE_TEST_KILL_DATABASE";
const ROUND: &str = "HALTERE_TEST_KILL_ROUND";

#[tokio::test]
async fn acknowledged_commits_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("haltere.db");
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        // Killed early and late: while the schema is made, and after a few hundred commits.
        acknowledged.extend(run_and_kill(&database, round, round * round * 3));
        let store = SqliteStore::open(&database).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let connections = tx.list_connections().await.unwrap();
        let filter = AuditFilter { limit: u32::MAX, ..AuditFilter::default() };
        let trail = tx.list_audit(&filter).await.unwrap();
        drop(tx);
        store.close().await;

        let kept: HashSet<_> = connections.into_iter().map(|record| record.id).collect();
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "round {round}: lost {lost:?}");
        let audited: HashSet<_> = trail.into_iter().map(|record| record.entry.object).collect();
        assert_eq!(kept, audited, "round {round}: a change and its audit entry are one");
        assert_eq!(integrity(&database).await, "ok", "round {round}");
    }
    assert!(acknowledged.len() > ROUNDS);
}

/// The ids a child acknowledged before it was killed, which happens once it has acknowledged `enough`.
fn run_and_kill(database: &Path, round: usize, enough: usize) -> Vec<String> {
    let mut child = spawn_child(database, round);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut acknowledged: Vec<_> = acknowledgements(&mut lines).take(enough).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still managed to say counts.
    acknowledged.extend(acknowledgements(&mut lines));
    acknowledged
}

fn acknowledgements(lines: &mut impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    lines.filter_map(|line| line.strip_prefix("kept ").map(str::to_owned))
}

fn spawn_child(database: &Path, round: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(DATABASE, database)
        .env(ROUND, round.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The child. Started as a test of its own it has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Some(database) = std::env::var_os(DATABASE) else { return };
    let round = std::env::var(ROUND).unwrap();
    let store = Arc::new(SqliteStore::open(&PathBuf::from(database)).await.unwrap());
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            tokio::spawn(insert_for_ever(Arc::clone(&store), format!("{round}-{writer}")))
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
}

async fn insert_for_ever(store: Arc<SqliteStore>, prefix: String) -> Result<(), StoreError> {
    for number in 0.. {
        let id = format!("{prefix}-{number}");
        let mut tx = store.write().await?;
        tx.insert_connection(&connection(&id)).await?;
        tx.append_audit(&entry(&id)).await?;
        tx.commit().await?;
        // In one piece, so that the lines of the writers don't mix.
        let line = format!("kept {id}\n");
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
    }
    Ok(())
}

async fn integrity(database: &Path) -> String {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap()
}

fn connection(id: &str) -> ConnectionRecord {
    ConnectionRecord {
        id: id.to_owned(),
        name: id.to_owned(),
        url: "mqtt://broker.example".to_owned(),
        username: None,
        password: None,
        client_id: None,
        reject_unauthorized: None,
        ca: Some(vec![b'x'; 1_200]),
        cert: None,
        key: None,
        no_metrics_mode: None,
        ca_file: None,
        cert_file: None,
        key_file: None,
        intent: Intent::Connected,
        revision: Revision::FIRST,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn entry(id: &str) -> AuditEntry {
    AuditEntry {
        at: Timestamp::UNIX_EPOCH,
        actor: "ada".to_owned(),
        address: None,
        request_id: String::new(),
        action: AuditAction::ConnectionCreate,
        object: id.to_owned(),
        outcome: AuditOutcome::Success,
        detail: String::new(),
    }
}

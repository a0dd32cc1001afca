//! The contract every store keeps, and what this one promises beyond it.

use std::borrow::Cow;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use haltere_core::{
    AuditAction, AuditChanges, AuditEntry, AuditOutcome, ConnectionId, HistoryState, LinkFailure,
    NetworkCode, Pem, PluginId, Reason, Since, Stage, StatusChange, Timestamp,
};
use haltere_store::contract::{Fixture, bare_connection};
use haltere_store::{AuditFilter, ConnectionRecord, LinkChangeRecord, Sealed};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use super::*;

async fn empty_store() -> Fixture {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    Fixture { store: Arc::new(store), guard: Box::new(folder) }
}

haltere_store::contract_tests!(empty_store);

/// A temporary folder with a database in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("haltere.db")
    }

    async fn open(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(&self.path()).await
    }

    /// Runs `sql` as a SQLite shell does.
    async fn shell(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path());
        let mut connection = SqliteConnection::connect_with(&options).await?;
        sqlx::raw_sql(sql).execute(&mut connection).await?;
        connection.close().await
    }
}

fn record(id: &str, bulk: usize) -> ConnectionRecord {
    ConnectionRecord {
        username: Some("ada".to_owned()),
        password: Some(Sealed(vec![7; 60])),
        ca: Some(Pem::new(vec![b'x'; bulk])),
        ..bare_connection(id, id)
    }
}

async fn insert(store: &SqliteStore, record: &ConnectionRecord) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.connections().insert(record, "").await?;
    tx.commit().await
}

async fn count(store: &SqliteStore) -> usize {
    store.read().await.unwrap().connections().list_keys().await.unwrap().len()
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("a", 0)).await.unwrap();
    let modes: Vec<_> = fs::read_dir(folder.0.path())
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| (file.file_name(), file.metadata().unwrap().permissions().mode() & 0o777))
        .collect();
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
    assert_eq!(modes.len(), 3, "the database, its WAL and its index: {modes:?}");
}

#[tokio::test]
async fn what_was_kept_is_there_when_opened_again() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("a", 10)).await.unwrap();
    store.close().await;
    let files = fs::read_dir(folder.0.path()).unwrap().count();
    assert_eq!(files, 1, "closing folds the WAL into the database");
    let store = folder.open().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().list().await.unwrap(), [record("a", 10)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_open_a_new_database_at_once() {
    for _ in 0..10 {
        let folder = Folder::new();
        let open: Vec<_> = (0..4)
            .map(|_| {
                let path = folder.path();
                tokio::spawn(async move { SqliteStore::open(&path).await })
            })
            .collect();
        for (number, store) in open.into_iter().enumerate() {
            let store = store.await.unwrap().unwrap();
            insert(&store, &record(&number.to_string(), 0)).await.unwrap();
        }
        assert_eq!(count(&folder.open().await.unwrap()).await, 4);
    }
}

/// Two stores on one file are to each other what two processes are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_take_turns_and_see_what_the_others_wrote() {
    let folder = Folder::new();
    let stores = [folder.open().await.unwrap(), folder.open().await.unwrap()].map(Arc::new);
    let writers: Vec<_> = (0..4)
        .map(|writer: usize| {
            let store = Arc::clone(&stores[writer % 2]);
            tokio::spawn(async move {
                for number in 0..25 {
                    let mut tx = store.write().await.unwrap();
                    // Looking first is what makes a transaction fail that didn't say it will write.
                    let count = tx.connections().list_keys().await.unwrap().len();
                    let record = record(&format!("{writer}-{number}"), 0);
                    tx.connections().insert(&record, "").await.unwrap();
                    assert_eq!(tx.connections().list_keys().await.unwrap().len(), count + 1);
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for store in &stores {
        assert_eq!(count(store).await, 100);
        let counters = store.read().await.unwrap().meta().change_counters().await.unwrap();
        assert_eq!(counters.connections, 100);
    }
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    folder.open().await.unwrap().close().await;
    folder.shell("PRAGMA user_version = 99").await.unwrap();
    let refused = folder.open().await.unwrap_err();
    let StoreError::TooNew { found: 99, known } = refused else { panic!("{refused:?}") };
    assert_eq!(known, i64::from(migrations::KNOWN));
    assert!(folder.open().await.is_err());
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = Folder::new();
    fs::write(folder.path(), "dear diary ".repeat(1_000)).unwrap();
    let refused = folder.open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused:?}");
    assert!(fs::read_to_string(folder.path()).unwrap().starts_with("dear diary"));
}

#[tokio::test]
async fn the_audit_trail_can_only_grow() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    let mut tx = store.write().await.unwrap();
    let entry = AuditEntry {
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        actor: "ada".to_owned(),
        address: None,
        request_id: String::new(),
        action: AuditAction::SessionLogin,
        object: String::new(),
        outcome: AuditOutcome::Success,
        detail: String::new(),
        changes: AuditChanges::none(),
        repeats: None,
    };
    tx.audit().append(&entry).await.unwrap();
    tx.commit().await.unwrap();
    for sql in ["UPDATE audit SET actor = 'eve'", "DELETE FROM audit"] {
        let refused = folder.shell(sql).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    let filter = AuditFilter { limit: 10, ..AuditFilter::default() };
    let trail = store.read().await.unwrap().audit().list(&filter).await.unwrap();
    assert_eq!(trail[0].entry, entry);
}

#[tokio::test]
async fn a_switch_of_a_former_plugin_is_ignored() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    folder.shell("INSERT INTO plugins VALUES ('audit-trail', 0), ('tls', 0)").await.unwrap();
    let switches = store.read().await.unwrap().plugins().list().await.unwrap();
    assert_eq!(switches, [(PluginId::Tls, false)]);
}

#[tokio::test]
async fn a_failure_whose_sentences_are_not_known_keeps_its_text() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("7", 0)).await.unwrap();
    let mut expected = failed_change(7, 0);
    let failure = Arc::make_mut(expected.change.failure.as_mut().unwrap());
    failure.message = Reason::LostClosed.into();
    let mut tx = store.write().await.unwrap();
    tx.link_history().append(&[expected.clone()], 100).await.unwrap();
    tx.commit().await.unwrap();
    let found = async || {
        let mut found = Vec::new();
        let mut read = store.read().await.unwrap();
        read.link_history().read(&mut |record| found.push(record)).await.unwrap();
        found
    };
    assert_eq!(found().await, [expected.clone()]);
    let failure = Arc::make_mut(expected.change.failure.as_mut().unwrap());
    failure.message = Reason::LostClosed.to_string().into();
    for older_or_newer in [
        "UPDATE link_changes SET sentences = NULL",
        "UPDATE link_changes SET sentences = 'LostOfTomorrow'",
    ] {
        folder.shell(older_or_newer).await.unwrap();
        assert_eq!(found().await, [expected.clone()], "{older_or_newer}");
    }
}

#[tokio::test]
async fn a_corrupt_cell_is_named() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("a/b", 0)).await.unwrap();
    folder.shell("UPDATE connections SET updated_at = 9223372036854775807").await.unwrap();
    let error = store.read().await.unwrap().connections().list().await.unwrap_err();
    let message = "table connections, column updated_at, row a/b: unreadable value";
    assert_eq!(error.to_string(), message);
    folder
        .shell(
            "INSERT INTO users (name, password_hash, roles, created_at, updated_at)
                VALUES ('ada', '', 'viewer,king', 0, 0);
             INSERT INTO plugins VALUES ('fireworks', 1);
             INSERT INTO sessions VALUES
                (zeroblob(32), zeroblob(16), 'ada', 0, 0, 0, 'nowhere', NULL)",
        )
        .await
        .unwrap();
    let mut tx = store.read().await.unwrap();
    let error = tx.users().list().await.unwrap_err();
    assert_eq!(error.to_string(), "table users, column roles, row ada: unreadable value");
    let error = tx.plugins().list().await.unwrap_err();
    assert_eq!(error.to_string(), "table plugins, column id, row fireworks: unreadable value");
    let error = tx.sessions().find(&haltere_core::SessionId([0; 32])).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { column: "address", .. }), "{error:?}");
}

/// Texts of connections are read whatever is in them, so that the row can be seen and deleted.
#[tokio::test]
async fn a_text_that_is_no_utf8_is_still_listed() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("a", 0)).await.unwrap();
    folder.shell("UPDATE connections SET url = CAST(x'6dff' AS TEXT)").await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.connections().list().await.unwrap()[0].url, "m\u{fffd}");
    assert!(tx.connections().delete(&ConnectionId::parse("a").unwrap()).await.unwrap());
}

#[tokio::test]
async fn a_full_disk_is_named_and_survived() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    // A limit of the connection, as a quota would be of the disk: sixty pages are 240 KiB.
    sqlx::query("PRAGMA max_page_count = 60").execute(&store.writer).await.unwrap();
    let mut kept = 0;
    let full = loop {
        match insert(&store, &record(&kept.to_string(), 4_000)).await {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, StoreError::Full), "{full:?}");
    assert!(kept > 1);
    assert_eq!(count(&store).await, kept);
    // As many as it takes to empty a page: the one that comes may need one.
    let mut tx = store.write().await.unwrap();
    for id in 0..kept / 2 {
        let id = ConnectionId::parse(&id.to_string()).unwrap();
        assert!(tx.connections().delete(&id).await.unwrap());
    }
    tx.commit().await.unwrap();
    insert(&store, &record("0", 4_000)).await.unwrap();
    assert_eq!(count(&store).await, kept - kept / 2 + 1);
}

/// SQLite rolls back by itself now and then, behind sqlx's back, which then refuses to begin again.
#[tokio::test]
async fn a_rollback_by_sqlite_itself_is_survived() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    for number in 0..3 {
        let mut tx = tx::Tx::write(&store.writer, &store.condition).await.unwrap();
        tx.change(sqlx::query("ROLLBACK")).await.unwrap();
        drop(tx);
        insert(&store, &record(&number.to_string(), 0)).await.unwrap();
    }
    assert_eq!(count(&store).await, 3);
}

#[tokio::test]
async fn a_reader_can_not_write() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    let mut tx = tx::Tx::read(&store.readers, &store.condition).await.unwrap();
    let refused = tx.change(sqlx::query("DELETE FROM users")).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
}

fn failed_change(id: u32, seconds: i64) -> LinkChangeRecord {
    let at = Timestamp::from_second(seconds).unwrap();
    let failure = LinkFailure {
        stage: Stage::Tcp,
        code: NetworkCode::ConnectionRefused.into(),
        errno: Some(-111),
        syscall: Some(Cow::Borrowed("connect")),
        address: Some("10.0.12.7".to_owned()),
        port: Some(1_883),
        message: "10.0.12.7:1883 refused the connection: no broker listens there".to_owned().into(),
    };
    let (since, state) = (Since::Exactly(at), HistoryState::Waiting);
    let change = StatusChange { at, since, state, failure: Some(Arc::new(failure)) };
    LinkChangeRecord { connection: ConnectionId::parse(&id.to_string()).unwrap(), change }
}

mod audit_chain;
mod files;
mod older_copy;

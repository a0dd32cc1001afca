use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use haltere_core::{
    ConnectionId, HistoryState, LinkFailure, NetworkCode, Pem, Role, SessionHandle, SessionId,
    Since, Stage, StatusChange, Timestamp, TokenId, TokenName, UserName,
};
use haltere_store::contract::bare_connection;
use haltere_store::{
    Backups as _, ConnectionRecord, LinkChangeRecord, SessionRecord, Store as _, StoreError,
    TokenRecord, Transactions as _,
};
use tempfile::TempDir;

use super::*;
use crate::SqliteStore;

/// Long enough to be found by looking at bytes.
const SESSION: SessionId = SessionId(*b"a session's id, 32 bytes of hash");

async fn store(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(&folder.path().join("haltere.db")).await.unwrap()
}

fn record(id: &str) -> ConnectionRecord {
    ConnectionRecord { ca: Some(Pem::new(vec![b'x'; 1_200])), ..bare_connection(id, id) }
}

async fn insert(store: &SqliteStore, id: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.connections().insert(&record(id), "").await?;
    tx.commit().await
}

async fn log_in(store: &SqliteStore) {
    let session = SessionRecord {
        id: SESSION,
        handle: SessionHandle([7; 16]),
        user: UserName::parse("ada").unwrap(),
        created_at: Timestamp::UNIX_EPOCH,
        last_used_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::from_second(4_000_000_000).unwrap(),
        address: None,
        user_agent: None,
    };
    let mut tx = store.write().await.unwrap();
    tx.sessions().insert(&session).await.unwrap();
    tx.commit().await.unwrap();
}

async fn back_up(store: &SqliteStore, folder: &TempDir) -> PathBuf {
    let path = folder.path().join("backup");
    File::create(&path).unwrap();
    store.write_backup(&path, Timestamp::UNIX_EPOCH).await.unwrap();
    path
}

fn holds(path: &Path, needle: &[u8]) -> bool {
    fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn the_history_of_links_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    insert(&store, "a").await.unwrap();
    let at = Timestamp::UNIX_EPOCH;
    let failure = LinkFailure {
        stage: Stage::Tcp,
        code: NetworkCode::ConnectionRefused.into(),
        errno: None,
        syscall: None,
        address: None,
        port: None,
        message: "refused long enough to be found by looking at bytes".to_owned().into(),
    };
    let (since, state) = (Since::Exactly(at), HistoryState::Waiting);
    let change = StatusChange { at, since, state, failure: Some(Arc::new(failure)) };
    let record = LinkChangeRecord { connection: ConnectionId::parse("a").unwrap(), change };
    let mut tx = store.write().await.unwrap();
    tx.link_history().append(&[record], 10).await.unwrap();
    tx.commit().await.unwrap();
    let backup = back_up(&store, &folder).await;
    let needle = b"refused long enough to be found";
    assert!(!holds(&backup, needle));
    store.close().await;
    assert!(holds(&folder.path().join("haltere.db"), needle), "it is there to be left out");
}

#[tokio::test]
async fn what_was_backed_up_is_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for id in ["a", "b"] {
        insert(&store, id).await.unwrap();
    }
    let backup = SqliteBackup::open(&back_up(&store, &folder).await).await.unwrap();
    assert_eq!(backup.made_at(), Timestamp::UNIX_EPOCH);
    let to = folder.path().join("restored.db");
    backup.unpack(&to).await.unwrap();
    let restored = SqliteStore::open(&to).await.unwrap();
    let expected = store.read().await.unwrap().connections().list().await.unwrap();
    assert_eq!(restored.read().await.unwrap().connections().list().await.unwrap(), expected);
    insert(&restored, "c").await.unwrap();
}

#[tokio::test]
async fn a_look_inside_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let made = back_up(&store(&folder).await, &folder).await;
    // Alone: the store's own files come and go.
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("backup");
    fs::copy(made, &path).unwrap();
    let before = fs::read(&path).unwrap();
    let backup = SqliteBackup::open(&path).await.unwrap();
    let inside = backup.look_inside().await.unwrap();
    assert_eq!(inside.read().await.unwrap().meta().get("instance").await.unwrap(), None);
    let refused = inside.write().await.unwrap().meta().set("instance", b"x").await;
    assert!(matches!(refused, Err(StoreError::ReadOnly)), "{refused:?}");
    assert!(fs::read(&path).unwrap() == before, "not a byte has changed");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1, "the folder has no other file");
}

/// What was removed before is of no use after a restore.
#[tokio::test]
async fn removed_connections_are_not_named_in_it() {
    const REMOVED: &str = "a connection that was removed";
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for id in [REMOVED, "b"] {
        insert(&store, id).await.unwrap();
    }
    let mut tx = store.write().await.unwrap();
    assert!(tx.connections().delete(&ConnectionId::parse(REMOVED).unwrap()).await.unwrap());
    tx.commit().await.unwrap();
    let path = back_up(&store, &folder).await;
    assert!(!holds(&path, REMOVED.as_bytes()));
    let to = folder.path().join("restored.db");
    SqliteBackup::open(&path).await.unwrap().unpack(&to).await.unwrap();
    let restored = SqliteStore::open(&to).await.unwrap();
    let mut read = restored.read().await.unwrap();
    assert_eq!(read.connections().changed_since(2).await.unwrap(), None, "and it says so");
    assert!(read.connections().changed_since(3).await.unwrap().is_some());
}

/// A session is a credential, even hashed; and deleting alone would leave its bytes in the file.
#[tokio::test]
async fn no_trace_of_a_session_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    log_in(&store).await;
    let path = back_up(&store, &folder).await;
    assert!(!holds(&path, &SESSION.0));
    let to = folder.path().join("restored.db");
    SqliteBackup::open(&path).await.unwrap().unpack(&to).await.unwrap();
    let restored = SqliteStore::open(&to).await.unwrap();
    assert_eq!(restored.read().await.unwrap().sessions().find(&SESSION).await.unwrap(), None);
    assert!(store.read().await.unwrap().sessions().find(&SESSION).await.unwrap().is_some());
}

#[tokio::test]
async fn tokens_are_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let token = TokenRecord {
        id: TokenId([8; 32]),
        name: TokenName::parse("ci").unwrap(),
        description: String::new(),
        owner: UserName::parse("ada").unwrap(),
        role: Role::Viewer,
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::from_second(4_000_000_000).unwrap(),
        last_used_at: None,
        read_only: false,
        connections: None,
        labels: None,
        networks: None,
        actions: None,
    };
    let mut tx = store.write().await.unwrap();
    tx.tokens().insert(&token).await.unwrap();
    tx.commit().await.unwrap();
    let path = back_up(&store, &folder).await;
    let to = folder.path().join("restored.db");
    SqliteBackup::open(&path).await.unwrap().unpack(&to).await.unwrap();
    let restored = SqliteStore::open(&to).await.unwrap();
    assert_eq!(restored.read().await.unwrap().tokens().list().await.unwrap(), [token]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_before_it_began_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store(&folder).await);
    let committed = Arc::new([const { AtomicU64::new(0) }; 4]);
    let enough = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..committed.len())
        .map(|writer| {
            let (store, committed) = (Arc::clone(&store), Arc::clone(&committed));
            let enough = Arc::clone(&enough);
            tokio::spawn(async move {
                for number in (0..).take_while(|_| !enough.load(Ordering::SeqCst)) {
                    insert(&store, &format!("{writer}-{number}")).await.unwrap();
                    committed[writer].fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for _ in 0..5 {
        let before: Vec<_> =
            committed.iter().map(|committed| committed.load(Ordering::SeqCst)).collect();
        let path = back_up(&store, &folder).await;
        let backup = SqliteBackup::open(&path).await.unwrap();
        let inside = backup.look_inside().await.unwrap();
        let rows = inside.read().await.unwrap().connections().list().await.unwrap();
        for (writer, before) in before.into_iter().enumerate() {
            let prefix = format!("{writer}-");
            let there = rows.iter().filter(|row| row.id.starts_with(&prefix)).count() as u64;
            assert!(there >= before, "writer {writer}: {there} of {before}");
        }
        inside.close().await;
        fs::remove_file(path).unwrap();
    }
    enough.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn a_backup_cut_off_anywhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    insert(&store, "a").await.unwrap();
    let whole = fs::read(back_up(&store, &folder).await).unwrap();
    let path = folder.path().join("cut");
    let near_the_end = whole.len() - 200..whole.len();
    for length in (0..600).chain((600..whole.len()).step_by(997)).chain(near_the_end) {
        fs::write(&path, &whole[..length]).unwrap();
        let refused = SqliteBackup::open(&path).await.unwrap_err();
        let expected = if length == 0 {
            matches!(refused, BackupError::Foreign)
        } else {
            matches!(refused, BackupError::CutOff)
        };
        assert!(expected, "{length} of {}: {refused:?}", whole.len());
    }
    let longer = [&whole[..], b"\n"].concat();
    fs::write(&path, longer).unwrap();
    assert!(SqliteBackup::open(&path).await.is_err());
}

#[tokio::test]
async fn a_single_changed_bit_anywhere_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = back_up(&store(&folder).await, &folder).await;
    let whole = fs::read(&path).unwrap();
    let trailer = whole.len() - trailer::BYTES..whole.len();
    for at in (0..whole.len()).step_by(613).chain(trailer) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        fs::write(&path, changed).unwrap();
        assert!(SqliteBackup::open(&path).await.is_err(), "byte {at} of {}", whole.len());
    }
}

#[tokio::test]
async fn files_that_are_no_backups_are_distinguished() {
    let folder = tempfile::tempdir().unwrap();
    store(&folder).await.close().await;
    let database = folder.path().join("haltere.db");
    let refused = SqliteBackup::open(&database).await.unwrap_err();
    assert!(refused.to_string().contains("bare database"), "{refused}");
    let diary = folder.path().join("diary");
    fs::write(&diary, "dear diary ".repeat(100)).unwrap();
    let refused = SqliteBackup::open(&diary).await.unwrap_err();
    assert!(matches!(refused, BackupError::Foreign), "{refused:?}");
    let refused = SqliteBackup::open(&folder.path().join("missing")).await.unwrap_err();
    assert!(matches!(refused, BackupError::Io(_)), "{refused:?}");
}

#[tokio::test]
async fn a_newer_one_is_refused_naming_both_versions() {
    use sha2::{Digest as _, Sha256};

    let folder = tempfile::tempdir().unwrap();
    let path = back_up(&store(&folder).await, &folder).await;
    let whole = fs::read(&path).unwrap();
    let database = &whole[..whole.len() - trailer::BYTES];
    let hash = Sha256::new().chain_update(database);
    let length = database.len() as u64;
    let newer = trailer::Trailer::seal(99, Timestamp::UNIX_EPOCH, length, hash);
    fs::write(&path, [database, &newer.to_bytes()].concat()).unwrap();
    let refused = SqliteBackup::open(&path).await.unwrap_err();
    assert!(matches!(refused, BackupError::NewerSchema { found: 99, .. }), "{refused:?}");
    let mut other_form = whole.clone();
    other_form[database.len() + 19] = 2;
    fs::write(&path, other_form).unwrap();
    let refused = SqliteBackup::open(&path).await.unwrap_err();
    assert!(matches!(refused, BackupError::NewerFormat { found: 2, known: 1 }), "{refused:?}");
}

/// Bytes that were right when they were hashed, of a database that was not.
#[tokio::test]
async fn a_malformed_database_under_a_right_checksum_is_refused() {
    use sha2::{Digest as _, Sha256};

    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for number in 0..50 {
        insert(&store, &number.to_string()).await.unwrap();
    }
    let path = back_up(&store, &folder).await;
    let whole = fs::read(&path).unwrap();
    let mut database = whole[..whole.len() - trailer::BYTES].to_vec();
    let third_page = 2 * 4_096;
    database[third_page..third_page + 512].fill(0x55);
    let hash = Sha256::new().chain_update(&database);
    let length = database.len() as u64;
    let trailer = trailer::Trailer::seal(1, Timestamp::UNIX_EPOCH, length, hash);
    fs::write(&path, [&database[..], &trailer.to_bytes()].concat()).unwrap();
    let refused = SqliteBackup::open(&path).await.unwrap_err();
    assert!(matches!(refused, BackupError::Malformed(_) | BackupError::Store(_)), "{refused:?}");
}

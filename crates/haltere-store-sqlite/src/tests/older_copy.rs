//! An older copy of the database or another file that is written over it, under an open store; and what only looks like
//! that.

use std::os::unix::fs::MetadataExt as _;

use super::*;

const ASIDE: &str = "haltere.db-wal.overwritten";

/// A store with an older copy of its database: one change behind, which is in the database itself.
async fn with_older_copy(change: &AuditEntry) -> (Folder, SqliteStore, Vec<u8>) {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("first", 0)).await.unwrap();
    store.close().await;
    let old = fs::read(folder.path()).unwrap();
    let store = folder.open().await.unwrap();
    append(&store, change).await.unwrap();
    store.close().await;
    let store = folder.open().await.unwrap();
    (folder, store, old)
}

async fn append(store: &SqliteStore, entry: &AuditEntry) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.audit().append(entry).await?;
    tx.commit().await
}

fn entry() -> AuditEntry {
    AuditEntry {
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        actor: "ada".to_owned(),
        address: None,
        request_id: "r".to_owned(),
        action: AuditAction::ALL[0],
        object: "o".to_owned(),
        outcome: AuditOutcome::Success,
        detail: String::new(),
        changes: AuditChanges::none(),
        repeats: None,
    }
}

/// Keeps the inode, as `cp` does.
fn overwrite(path: &Path, bytes: &[u8]) {
    let changed = || {
        let facts = fs::metadata(path).unwrap();
        (facts.ctime(), facts.ctime_nsec())
    };
    let before = changed();
    // The kernel's clock for files moves every few milliseconds.
    while changed() == before {
        fs::write(path, bytes).unwrap();
    }
}

async fn is_damage(store: &SqliteStore) {
    let refused = insert(store, &record("lost", 0)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused:?}");
    assert_eq!(store.trouble(), Some(StorageTrouble::Damaged));
    store.probe().await.unwrap_err();
    assert_eq!(store.trouble(), Some(StorageTrouble::Damaged), "it does not heal");
}

#[tokio::test]
async fn an_older_copy_takes_no_change() {
    for in_log in [false, true] {
        let (folder, store, old) = with_older_copy(&entry()).await;
        if in_log {
            insert(&store, &record("in the log", 0)).await.unwrap();
            append(&store, &entry()).await.unwrap();
        }
        overwrite(&folder.path(), &old);
        is_damage(&store).await;
    }
}

/// Of another installation, which has seen more changes; and no database at all.
#[tokio::test]
async fn another_file_takes_no_change() {
    let other = Folder::new();
    let store = other.open().await.unwrap();
    for number in 0..50 {
        insert(&store, &record(&number.to_string(), 5_000)).await.unwrap();
    }
    store.close().await;
    let other = fs::read(other.path()).unwrap();
    let mut headless = other.clone();
    headless[..100].fill(0);
    for bytes in [other.clone(), headless, b"#".repeat(other.len())] {
        let (folder, store, _) = with_older_copy(&entry()).await;
        insert(&store, &record("in the log", 0)).await.unwrap();
        overwrite(&folder.path(), &bytes);
        is_damage(&store).await;
        store.close().await;
        assert_eq!(fs::read(folder.path()).unwrap(), bytes, "the file is left alone");
    }
}

/// In the moment between the beginning of a change and its end.
#[tokio::test]
async fn an_older_copy_under_a_change_does_not_acknowledge_it() {
    let (folder, store, old) = with_older_copy(&entry()).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&record("lost", 0), "").await.unwrap();
    overwrite(&folder.path(), &old);
    let refused = tx.commit().await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused:?}");
    is_damage(&store).await;
}

#[tokio::test]
async fn a_read_notices_an_older_copy() {
    let (folder, store, old) = with_older_copy(&entry()).await;
    overwrite(&folder.path(), &old);
    // The connection that writes goes back to its pool in the background, and a read does not wait for it.
    drop(store.writer.acquire().await.unwrap());
    while store.writer.num_idle() == 0 {
        tokio::task::yield_now().await;
    }
    let _ = store.read().await;
    assert_eq!(store.trouble(), Some(StorageTrouble::Damaged));
}

/// Applied to the copy, the log would destroy it.
#[tokio::test]
async fn the_log_of_an_overwritten_database_is_set_aside() {
    let (folder, store, old) = with_older_copy(&entry()).await;
    for number in 0..20 {
        insert(&store, &record(&number.to_string(), 5_000)).await.unwrap();
    }
    overwrite(&folder.path(), &old);
    is_damage(&store).await;
    store.close().await;
    let files = |name: &str| folder.0.path().join(name).exists();
    assert!(files(ASIDE) && !files("haltere.db-wal"));
    assert_eq!(fs::read(folder.path()).unwrap(), old, "the copy is left alone");
    // As after the end of the process, whose locks are gone.
    let next = Folder::new();
    fs::copy(folder.path(), next.path()).unwrap();
    let store = next.open().await.unwrap();
    assert_eq!(count(&store).await, 1);
    insert(&store, &record("goes on", 0)).await.unwrap();
}

#[tokio::test]
async fn the_same_content_written_again_is_no_alarm() {
    let (folder, store, _) = with_older_copy(&entry()).await;
    insert(&store, &record("in the log", 0)).await.unwrap();
    let same = fs::read(folder.path()).unwrap();
    overwrite(&folder.path(), &same);
    insert(&store, &record("a", 0)).await.unwrap();
    fs::File::options()
        .write(true)
        .open(folder.path())
        .unwrap()
        .set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    insert(&store, &record("b", 0)).await.unwrap();
    assert_eq!(store.trouble(), None);
    assert_eq!(count(&store).await, 4);
}

/// A shell restores into the open database: `sqlite3 haltere.db ".restore old.db"`.
#[tokio::test]
async fn what_goes_back_through_sqlite_is_noticed_too() {
    for sql in [
        "UPDATE revisions SET connections = 0",
        "UPDATE revisions SET sessions = sessions - 1",
        "UPDATE revisions SET plugins = plugins - 1",
    ] {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        insert(&store, &record("a", 0)).await.unwrap();
        store.read().await.unwrap().meta().change_counters().await.unwrap();
        folder.shell(sql).await.unwrap();
        let found = store.read().await.unwrap().meta().change_counters().await.unwrap_err();
        assert!(matches!(found, StoreError::Damaged(_)), "{sql}: {found:?}");
        assert_eq!(store.trouble(), Some(StorageTrouble::Damaged), "{sql}");
        is_damage(&store).await;
    }
}

#[tokio::test]
async fn a_new_database_that_is_cut_takes_no_change() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    fs::File::options().write(true).open(folder.path()).unwrap().set_len(0).unwrap();
    is_damage(&store).await;
}

#[tokio::test]
async fn another_program_that_holds_the_database_is_no_trouble_of_the_disk() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    sqlx::raw_sql("PRAGMA busy_timeout = 50").execute(&store.writer).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path());
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let refused = insert(&store, &record("a", 0)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Busy), "{refused:?}");
    assert_eq!(store.trouble(), None);
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    insert(&store, &record("a", 0)).await.unwrap();
}

/// A file whose last pages are not there yet.
async fn in_the_midst_of_a_checkpoint() -> (Folder, SqliteStore, Vec<u8>) {
    let (folder, store, _) = with_older_copy(&entry()).await;
    let whole = fs::read(folder.path()).unwrap();
    overwrite(&folder.path(), &whole[..whole.len() / 2]);
    (folder, store, whole)
}

#[tokio::test]
async fn a_read_in_the_midst_of_a_checkpoint_is_no_alarm() {
    let (folder, store, whole) = in_the_midst_of_a_checkpoint().await;
    let checkpoint = store.writer.acquire().await.unwrap();
    // A read may fail, as the half file fails it; nothing follows from that.
    store.look_at_content().await;
    assert_eq!(store.trouble(), None);
    overwrite(&folder.path(), &whole);
    drop(checkpoint);
    insert(&store, &record("a", 0)).await.unwrap();
}

#[tokio::test]
async fn a_slow_checkpoint_of_another_process_is_no_alarm() {
    let (folder, store, whole) = in_the_midst_of_a_checkpoint().await;
    let path = folder.path();
    let checkpoint = std::thread::spawn(move || {
        for part in 5..=10 {
            // The test plays the slow process: this is its speed, and not a wait for something.
            std::thread::sleep(Duration::from_millis(100));
            overwrite(&path, &whole[..whole.len() * part / 10]);
        }
    });
    let mut writer = store.writer.acquire().await.unwrap();
    let watch = store.watch.as_ref().unwrap();
    let _ = watch.log.check();
    watch.log.check_age(&mut writer).await.unwrap();
    drop(writer);
    checkpoint.join().unwrap();
    insert(&store, &record("a", 0)).await.unwrap();
}

//! Files that are removed, replaced or damaged under an open store.

use std::os::unix::fs::{FileExt as _, MetadataExt as _, chown, symlink};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;

const WAL: &str = "haltere.db-wal";
const SHM: &str = "haltere.db-shm";

impl Folder {
    fn remove(&self, names: &[&str]) {
        for name in names {
            fs::remove_file(self.0.path().join(name)).unwrap();
        }
    }
}

async fn is_refused(store: &SqliteStore) {
    let refused = insert(store, &record("lost", 0)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Replaced), "{refused:?}");
    assert_eq!(store.trouble(), Some(StorageTrouble::Replaced));
    store.probe().await.unwrap_err();
    assert_eq!(store.trouble(), Some(StorageTrouble::Replaced));
}

#[tokio::test]
async fn whatever_is_removed_refuses_changes_and_reads_go_on() {
    for names in [&["haltere.db", WAL, SHM][..], &["haltere.db"], &[WAL], &[SHM], &[WAL, SHM]] {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        insert(&store, &record("kept", 0)).await.unwrap();
        assert_eq!(count(&store).await, 1);
        folder.remove(names);
        is_refused(&store).await;
        assert_eq!(count(&store).await, 1, "{names:?}: it reads what it has");
        assert_eq!(
            store.read().await.unwrap().meta().change_counters().await.unwrap().connections,
            1
        );
    }
}

#[tokio::test]
async fn a_read_notices_too() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("kept", 0)).await.unwrap();
    folder.remove(&["haltere.db"]);
    assert_eq!(count(&store).await, 1);
    assert_eq!(store.trouble(), Some(StorageTrouble::Replaced));
}

/// The database is restored, or another one moved over it, under a running server.
#[tokio::test]
async fn another_database_in_its_place_is_neither_read_nor_written() {
    let (folder, other) = (Folder::new(), Folder::new());
    let foreign = other.open().await.unwrap();
    for number in 0..3 {
        insert(&foreign, &record(&number.to_string(), 0)).await.unwrap();
    }
    foreign.close().await;
    let store = folder.open().await.unwrap();
    insert(&store, &record("kept", 0)).await.unwrap();
    folder.remove(&[WAL, SHM]);
    fs::rename(other.path(), folder.path()).unwrap();
    is_refused(&store).await;
    for _ in 0..5 {
        assert_eq!(count(&store).await, 1);
    }
    store.close().await;
    assert_eq!(count(&folder.open().await.unwrap()).await, 3, "it was left alone");
}

#[tokio::test]
async fn a_folder_that_was_moved_away_is_noticed_and_so_is_its_return() {
    let folder = Folder::new();
    let home = folder.0.path().join("home");
    fs::create_dir(&home).unwrap();
    let store = SqliteStore::open(&home.join("haltere.db")).await.unwrap();
    insert(&store, &record("a", 0)).await.unwrap();
    let away = folder.0.path().join("away");
    fs::rename(&home, &away).unwrap();
    is_refused(&store).await;
    fs::create_dir(&home).unwrap();
    is_refused(&store).await;
    fs::remove_dir(&home).unwrap();
    fs::rename(&away, &home).unwrap();
    store.probe().await.unwrap();
    assert_eq!(store.trouble(), None);
    insert(&store, &record("b", 0)).await.unwrap();
    assert_eq!(count(&store).await, 2);

    // A link that leads elsewhere is another folder as well.
    fs::rename(&home, &away).unwrap();
    symlink(&away, &home).unwrap();
    insert(&store, &record("c", 0)).await.unwrap();
    fs::remove_file(&home).unwrap();
    symlink(folder.0.path(), &home).unwrap();
    is_refused(&store).await;
}

/// The next start would look for the log under the name that the link leads to.
#[tokio::test]
async fn a_link_in_the_place_of_the_database_is_noticed_and_loses_nothing() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("acknowledged", 0)).await.unwrap();
    fs::rename(folder.path(), folder.0.path().join("haltere.db.real")).unwrap();
    symlink("haltere.db.real", folder.path()).unwrap();
    is_refused(&store).await;
    assert_eq!(count(&store).await, 1);
    // As after a kill: nothing is closed.
    let copy = folder.0.path().join("copy.db");
    fs::copy(folder.path(), &copy).unwrap();
    assert_eq!(count(&SqliteStore::open(&copy).await.unwrap()).await, 1);
    fs::remove_file(folder.path()).unwrap();
    fs::rename(folder.0.path().join("haltere.db.real"), folder.path()).unwrap();
    store.probe().await.unwrap();
    insert(&store, &record("goes on", 0)).await.unwrap();
}

#[tokio::test]
async fn a_link_that_was_there_at_the_start_has_to_lead_to_the_same_name() {
    let folder = Folder::new();
    let file = |name: &str| folder.0.path().join(name);
    symlink("second", folder.path()).unwrap();
    symlink("real", file("second")).unwrap();
    SqliteStore::open(&file("real")).await.unwrap().close().await;
    let store = folder.open().await.unwrap();
    insert(&store, &record("a", 0)).await.unwrap();
    fs::hard_link(file("real"), file("other")).unwrap();

    // The same link, made once more.
    fs::remove_file(folder.path()).unwrap();
    symlink("second", folder.path()).unwrap();
    insert(&store, &record("b", 0)).await.unwrap();
    for (link, good, wrong) in
        [(folder.path(), "second", "other"), (file("second"), "real", "other")]
    {
        fs::remove_file(&link).unwrap();
        symlink(wrong, &link).unwrap();
        is_refused(&store).await;
        fs::remove_file(&link).unwrap();
        symlink(good, &link).unwrap();
        store.probe().await.unwrap();
    }
    fs::remove_file(folder.path()).unwrap();
    fs::hard_link(file("real"), folder.path()).unwrap();
    is_refused(&store).await;
}

#[tokio::test]
async fn the_content_of_a_file_is_known_before_it_is_opened() {
    let folder = Folder::new();
    let contents = async || SqliteStore::contents(&folder.path()).await.unwrap();
    assert_eq!(contents().await, DatabaseContents::Missing);
    fs::write(folder.path(), "").unwrap();
    fs::write(folder.0.path().join(WAL), "acknowledged").unwrap();
    assert_eq!(contents().await, DatabaseContents::Nothing);
    assert!(folder.0.path().join(WAL).exists(), "nothing is touched");
    fs::remove_file(folder.0.path().join(WAL)).unwrap();
    folder.shell("PRAGMA journal_mode = WAL").await.unwrap();
    assert_eq!(contents().await, DatabaseContents::Nothing);
    folder.shell("CREATE TABLE users (x)").await.unwrap();
    assert_eq!(contents().await, DatabaseContents::Foreign);
    // Another program's, whatever it calls its tables, or before it has made any.
    for others in [
        "CREATE TABLE connections (x); CREATE TABLE meta (x); CREATE TABLE revisions (x)",
        "DROP TABLE users; DROP TABLE connections; DROP TABLE meta; DROP TABLE revisions; CREATE VIEW v AS SELECT 1",
        "DROP VIEW v; PRAGMA application_id = 252006673",
        "PRAGMA application_id = 0; PRAGMA user_version = 3",
    ] {
        folder.shell(others).await.unwrap();
        assert_eq!(contents().await, DatabaseContents::Foreign, "{others}");
    }
    folder.remove(&["haltere.db"]);
    let store = folder.open().await.unwrap();
    assert_eq!(contents().await, DatabaseContents::Haltere, "from the log as well");
    store.close().await;
    assert_eq!(contents().await, DatabaseContents::Haltere);
}

#[tokio::test]
async fn what_is_in_a_removed_log_is_saved() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("acknowledged", 0)).await.unwrap();
    folder.remove(&[WAL]);
    is_refused(&store).await;
    // As after a kill: nothing is closed.
    let copy = folder.0.path().join("copy.db");
    fs::copy(folder.path(), &copy).unwrap();
    let found = SqliteStore::open(&copy).await.unwrap();
    assert_eq!(count(&found).await, 1);
}

/// Commands come and go while the server runs, and the connection that writes is reopened now and then.
#[tokio::test]
async fn what_sqlite_does_to_its_own_files_is_no_alarm() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    for number in 0..4 {
        let command = folder.open().await.unwrap();
        insert(&command, &record(&format!("command {number}"), 100_000)).await.unwrap();
        command.close().await;
        insert(&store, &record(&format!("own {number}"), 0)).await.unwrap();
        folder.shell("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        insert(&store, &record(&format!("then {number}"), 0)).await.unwrap();
        // Closes the only connection, and SQLite removes the log.
        let mut tx = tx::Tx::write(&store.writer, &store.condition).await.unwrap();
        tx.change(sqlx::query("ROLLBACK")).await.unwrap();
        drop(tx);
        assert_eq!(count(&store).await, 3 * (number + 1));
    }
    assert_eq!(store.trouble(), None);
}

/// Overwrites the root page of a table.
async fn damage(folder: &Folder, table: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path());
    let mut shell = SqliteConnection::connect_with(&options).await.unwrap();
    let root = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = $1");
    let root: i64 = root.bind(table).fetch_one(&mut shell).await.unwrap();
    let size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut shell).await.unwrap();
    shell.close().await.unwrap();
    let file = fs::OpenOptions::new().write(true).open(folder.path()).unwrap();
    let garbage = vec![0xa5; usize::try_from(size).unwrap()];
    file.write_all_at(&garbage, u64::try_from((root - 1) * size).unwrap()).unwrap();
}

#[tokio::test]
async fn a_damaged_page_is_found_at_the_start() {
    for table in ["audit", "sessions", "connections"] {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        insert(&store, &record("a", 0)).await.unwrap();
        store.close().await;
        damage(&folder, table).await;
        let store = folder.open().await.unwrap();
        store.look_for_damage(Duration::from_mins(1)).await.unwrap();
        assert_eq!(store.trouble(), Some(StorageTrouble::Damaged), "{table}");
        let refused = insert(&store, &record("b", 0)).await.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged(_)), "{refused:?}");
        store.probe().await.unwrap_err();
        assert_eq!(store.trouble(), Some(StorageTrouble::Damaged), "it does not heal");
        store.read().await.unwrap().users().list().await.unwrap();
        if table != "connections" {
            assert_eq!(count(&store).await, 1, "{table}: reads that work go on");
        }
    }
}

#[tokio::test]
async fn a_damaged_page_is_reported_by_the_statement_that_finds_it() {
    let folder = Folder::new();
    folder.open().await.unwrap().close().await;
    damage(&folder, "audit").await;
    let store = folder.open().await.unwrap();
    assert_eq!(store.trouble(), None);
    let filter = AuditFilter { limit: 10, ..AuditFilter::default() };
    let met = store.read().await.unwrap().audit().list(&filter).await.unwrap_err();
    assert!(matches!(met, StoreError::Damaged(_)), "{met:?}");
    assert_eq!(store.trouble(), Some(StorageTrouble::Damaged));
    insert(&store, &record("a", 0)).await.unwrap_err();
    assert_eq!(count(&store).await, 0);
}

#[tokio::test]
async fn a_look_for_damage_ends_in_time() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    for number in 0..200 {
        insert(&store, &record(&number.to_string(), 20_000)).await.unwrap();
    }
    store.look_for_damage(Duration::from_mins(1)).await.unwrap();
    assert_eq!(store.trouble(), None);
    let found = check::run(&folder.path(), Duration::ZERO).await.unwrap();
    assert!(matches!(found, check::CheckResult::SoundUpTo(_)), "{found:?}");
    store.look_for_damage(Duration::ZERO).await.unwrap();
    assert_eq!(store.trouble(), None, "not looked at is not damaged");
}

/// Damages a file in place.
type Harm = fn(&fs::File, u64);

const HARMS: [(&str, Harm); 5] = [
    ("emptied", |file, _| file.set_len(0).unwrap()),
    ("cut in half", |file, bytes| file.set_len(bytes / 2).unwrap()),
    ("cut by a byte", |file, bytes| file.set_len(bytes - 1).unwrap()),
    ("overwritten with zeros", |file, bytes| {
        file.write_all_at(&vec![0; usize::try_from(bytes).unwrap()], 0).unwrap();
    }),
    ("overwritten in its midst", |file, bytes| {
        file.write_all_at(&[0xa5; 100], bytes / 2).unwrap();
    }),
];

async fn is_damage(store: &SqliteStore, harm: &str) {
    let refused = insert(store, &record("lost", 0)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged(_)), "{harm}: {refused:?}");
    assert_eq!(store.trouble(), Some(StorageTrouble::Damaged), "{harm}");
    store.probe().await.unwrap_err();
    assert_eq!(store.trouble(), Some(StorageTrouble::Damaged), "{harm}: it does not heal");
}

fn harm(path: &Path, how: Harm) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    let before = file.metadata().unwrap();
    let changed = |facts: &fs::Metadata| (facts.ctime(), facts.ctime_nsec());
    loop {
        how(&file, before.len());
        // The kernel's clock for files moves every few milliseconds, and people are slower.
        if changed(&file.metadata().unwrap()) != changed(&before) {
            return;
        }
    }
}

#[tokio::test]
async fn a_log_that_was_cut_or_overwritten_takes_no_change() {
    for (name, how) in HARMS {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        for number in 0..20 {
            insert(&store, &record(&number.to_string(), 5_000)).await.unwrap();
        }
        harm(&folder.0.path().join(WAL), how);
        is_damage(&store, name).await;
    }
}

/// In the moment between the beginning of a change and its end.
#[tokio::test]
async fn a_log_that_is_cut_under_a_change_does_not_acknowledge_it() {
    for (name, how) in &HARMS[..4] {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        insert(&store, &record("kept", 5_000)).await.unwrap();
        let mut tx = store.write().await.unwrap();
        tx.connections().insert(&record("lost", 5_000), "").await.unwrap();
        harm(&folder.0.path().join(WAL), *how);
        let refused = tx.commit().await.unwrap_err();
        assert!(matches!(refused, StoreError::Damaged(_)), "{name}: {refused:?}");
        is_damage(&store, name).await;
    }
}

#[tokio::test]
async fn a_read_notices_a_log_that_was_cut() {
    for (name, how) in HARMS {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        insert(&store, &record("kept", 100_000)).await.unwrap();
        harm(&folder.0.path().join(WAL), how);
        // The one that meets it while the connection that writes is busy leaves it to the next one. Whether
        // it works depends on what SQLite still has in memory.
        let deadline = Instant::now() + Duration::from_secs(20);
        while store.trouble().is_none() && Instant::now() < deadline {
            if let Ok(mut read) = store.read().await {
                let _ = read.meta().change_counters().await;
            }
        }
        assert_eq!(store.trouble(), Some(StorageTrouble::Damaged), "{name}");
    }
}

#[tokio::test]
async fn a_database_that_was_cut_takes_no_change() {
    for (name, how) in &HARMS[..3] {
        for in_log in [false, true] {
            let folder = Folder::new();
            let store = folder.open().await.unwrap();
            for number in 0..20 {
                insert(&store, &record(&number.to_string(), 5_000)).await.unwrap();
            }
            folder.shell("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
            if in_log {
                insert(&store, &record("in the log", 0)).await.unwrap();
            }
            harm(&folder.path(), *how);
            is_damage(&store, name).await;
        }
    }
}

/// As large as the one that was overwritten, and whole.
#[tokio::test]
async fn an_earlier_log_in_the_place_of_the_log_takes_no_change() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("kept", 0)).await.unwrap();
    let log = folder.0.path().join(WAL);
    let earlier = fs::read(&log).unwrap();
    insert(&store, &record("acknowledged", 0)).await.unwrap();
    fs::write(&log, earlier).unwrap();
    is_damage(&store, "an earlier log").await;
}

/// Closing a database folds its log into it.
#[tokio::test]
async fn what_is_left_is_not_destroyed_by_a_broken_log() {
    for (name, how) in HARMS {
        let folder = Folder::new();
        let store = folder.open().await.unwrap();
        insert(&store, &record("folded", 0)).await.unwrap();
        folder.shell("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        for number in 0..20 {
            insert(&store, &record(&number.to_string(), 5_000)).await.unwrap();
        }
        harm(&folder.0.path().join(WAL), how);
        store.close().await;
        // As after the end of the process, whose locks are gone.
        let next = Folder::new();
        for file in ["haltere.db", WAL] {
            fs::copy(folder.0.path().join(file), next.0.path().join(file)).unwrap();
        }
        let store = next.open().await.unwrap();
        store.look_for_damage(Duration::from_mins(1)).await.unwrap();
        assert_eq!(store.trouble(), None, "{name}");
        assert!(count(&store).await >= 1, "{name}");
        insert(&store, &record("goes on", 0)).await.unwrap();
    }
}

/// Everything that makes a log begin from its start, shrink or vanish.
#[tokio::test]
async fn what_sqlite_does_to_its_log_is_no_alarm() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    let others = [
        "PRAGMA wal_checkpoint(PASSIVE)",
        "PRAGMA wal_checkpoint(RESTART)",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "CREATE TABLE bulk AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            SELECT randomblob(4000) AS b FROM n; DROP TABLE bulk",
        "VACUUM",
        "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)",
    ];
    let mut kept = 0;
    for round in 0..60 {
        insert(&store, &record(&format!("own {round}"), 200_000)).await.unwrap();
        folder.shell(others[round % others.len()]).await.unwrap();
        if round % 4 == 0 {
            let command = folder.open().await.unwrap();
            insert(&command, &record(&format!("command {round}"), 100)).await.unwrap();
            command.close().await;
            kept += 1;
        }
        if round % 7 == 0 {
            store.scrub().await.unwrap();
        }
        if round % 5 == 0 {
            // Begun and left; and one that changes nothing.
            let mut tx = store.write().await.unwrap();
            tx.connections().insert(&record("left", 3_000_000), "").await.unwrap();
            drop(tx);
            store.write().await.unwrap().commit().await.unwrap();
        }
        kept += 1;
        assert_eq!(count(&store).await, kept);
        assert_eq!(store.trouble(), None);
    }
}

/// SQLite does so whenever root opens the log: each command changes the log's change time a few times.
#[tokio::test]
async fn a_log_that_keeps_getting_its_owner_is_no_alarm() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("first", 200_000)).await.unwrap();
    let (log, end) = (folder.0.path().join(WAL), Arc::new(AtomicBool::new(false)));
    let (uid, has_ended) = (fs::metadata(&log).unwrap().uid(), Arc::clone(&end));
    let command = thread::spawn(move || {
        while !has_ended.load(Ordering::Relaxed) {
            chown(&log, Some(uid), None).unwrap();
        }
    });
    for number in 0..30 {
        insert(&store, &record(&number.to_string(), 100)).await.unwrap();
    }
    end.store(true, Ordering::Relaxed);
    command.join().unwrap();
    assert_eq!(store.trouble(), None);
}

/// A checkpoint stops at what a reader still needs, and leaves out each page that was written again after that. So
/// until the next one, the first page may count more pages than the file has.
#[tokio::test]
async fn a_checkpoint_that_a_reader_held_up_is_no_alarm() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    insert(&store, &record("first", 0)).await.unwrap();
    folder
        .shell(
            "CREATE TABLE bulk AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
            SELECT randomblob(4000) AS b FROM n",
        )
        .await
        .unwrap();
    let mut reader = store.read().await.unwrap();
    reader.meta().change_counters().await.unwrap();
    folder.shell("UPDATE bulk SET b = zeroblob(4000)").await.unwrap();
    folder.shell("PRAGMA wal_checkpoint(PASSIVE)").await.unwrap();
    drop(reader);
    assert_eq!(count(&store).await, 1);
    insert(&store, &record("goes on", 0)).await.unwrap();
    store.probe().await.unwrap();
    assert_eq!(store.trouble(), None);
}

#[tokio::test]
async fn many_who_write_at_once_are_no_alarm() {
    let folder = Folder::new();
    let stores = [Arc::new(folder.open().await.unwrap()), Arc::new(folder.open().await.unwrap())];
    let writers = (0..8).map(|writer| {
        let store = Arc::clone(&stores[writer % 2]);
        tokio::spawn(async move {
            for number in 0..30 {
                insert(&store, &record(&format!("{writer} {number}"), 20_000)).await.unwrap();
                store.read().await.unwrap().meta().change_counters().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(count(&stores[0]).await, 240);
    assert!(stores.iter().all(|store| store.trouble().is_none()));
}

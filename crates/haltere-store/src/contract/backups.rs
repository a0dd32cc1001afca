//! Contract tests of backups. A backend that makes none has to say what does.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::records::{at, connection, keep};
use crate::{NoBackups, Store};

pub async fn are_made_while_others_write_or_refused_with_advice(store: Arc<dyn Store>) {
    if let Err(NoBackups(instead)) = store.backups() {
        assert!(!instead.is_empty());
        return;
    }
    for number in 0..50 {
        let name = number.to_string();
        keep(&*store, connection(&name, &name)).await;
    }
    // A writer holds the lock all the while, and is not waited for.
    let mut busy = store.write().await.unwrap();
    busy.connections().insert(&connection("uncommitted", "uncommitted"), "").await.unwrap();
    let file = EmptyFile::new();
    let facts = store.backups().unwrap().write_backup(&file.0, at(7)).await.unwrap();
    assert_eq!((facts.connections, facts.users, facts.made_at), (50, 0, at(7)));
    assert_eq!(facts.bytes, fs::metadata(&file.0).unwrap().len());
    busy.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().connections().list_keys().await.unwrap().len(), 51);
}

pub async fn never_overwrite_a_file(store: Arc<dyn Store>) {
    let Ok(backups) = store.backups() else { return };
    let file = EmptyFile::new();
    fs::write(&file.0, "dear diary").unwrap();
    backups.write_backup(&file.0, at(0)).await.unwrap_err();
    assert_eq!(fs::read(&file.0).unwrap(), b"dear diary");
}

/// A file of its own, removed when dropped.
struct EmptyFile(PathBuf);

impl EmptyFile {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("haltere-contract-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        File::create(&path).unwrap();
        Self(path)
    }
}

impl Drop for EmptyFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

use std::fs::File;
use std::path::Path;

use haltere_core::{Role, Timestamp};
use haltere_store_sqlite::{SqliteBackup, SqliteStore};
use tempfile::TempDir;

use super::*;
use crate::ctx::Ctx;
use crate::instance;
use crate::testing::TestApp;

fn backups(test: &TestApp) -> Backups {
    Backups::new(Arc::clone(&test.store), Arc::clone(test.app.clock()))
}

fn empty_file(folder: &TempDir) -> std::path::PathBuf {
    let path = folder.path().join("backup");
    File::create(&path).unwrap();
    path
}

async fn restored(backup: &Path, folder: &TempDir) -> (Backups, Arc<dyn Store>) {
    let to = folder.path().join("restored.db");
    SqliteBackup::open(backup).await.unwrap().unpack(&to).await.unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&to).await.unwrap());
    (Backups::new(Arc::clone(&store), Arc::new(Fixed)), store)
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn steady(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

#[tokio::test]
async fn a_backup_and_the_origin_of_a_restore_are_audited() {
    let test = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let draft = empty_file(&folder);
    let ctx = Ctx::system("cli-1");
    let created = backups(&test).create(&ctx, &draft, "/mnt/tuesday").await.unwrap();
    assert!(created.unaudited.is_none());
    assert_eq!(created.facts.users, 5);
    assert_eq!(test.audit_of("cli-1").await, ["system backup.create  success"]);

    let (restored, store) = restored(&draft, &folder).await;
    restored.adopt(&Ctx::system("cli-2"), created.facts.made_at, false).await.unwrap();
    let filter = haltere_store::AuditFilter { limit: 1, ..Default::default() };
    let trail = store.read().await.unwrap().audit().list(&filter).await.unwrap();
    assert_eq!(trail[0].entry.action.as_str(), "backup.restore");
    let detail = &trail[0].entry.detail;
    assert!(detail.contains("from a backup of 20"), "{detail}");
}

#[tokio::test]
async fn a_restored_installation_has_another_id_unless_it_is_to_keep_it() {
    let test = TestApp::start().await;
    for keep in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let draft = empty_file(&folder);
        backups(&test).create(&Ctx::system("b"), &draft, "x").await.unwrap();
        let (restored, store) = restored(&draft, &folder).await;
        restored.adopt(&Ctx::system("r"), Timestamp::UNIX_EPOCH, keep).await.unwrap();
        let original = instance::of(&*test.store).await.unwrap();
        assert_eq!(instance::of(&*store).await.unwrap() == original, keep);
    }
}

#[tokio::test]
async fn only_administrators_may() {
    let test = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let draft = empty_file(&folder);
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
        let refused = backups(&test).create(&test.ctx(role), &draft, "x").await.unwrap_err();
        assert!(matches!(refused, BackupsError::Denied(_)), "{refused:?}");
        let refused = backups(&test).adopt(&test.ctx(role), Timestamp::UNIX_EPOCH, true).await;
        assert!(matches!(refused, Err(BackupsError::Denied(_))), "{refused:?}");
    }
    assert_eq!(std::fs::metadata(&draft).unwrap().len(), 0);
}

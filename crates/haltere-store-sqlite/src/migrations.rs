//! Bringing the schema up to date: forward only, each step in a transaction of its own.
//!
//! To change the schema, add a file to `migrations/` and to the list below. A file that has been
//! released is never edited. The number of steps taken is kept in SQLite's `user_version`.

use std::path::Path;

use haltere_store::StoreError;
use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::{audit_chain, error, material, open};

/// The steps that SQL alone can't take: it has no SHA-256.
const MATERIAL: &str = include_str!("../migrations/0006_material.sql");
const AUDIT_CHAIN: &str = include_str!("../migrations/0015_audit_chain.sql");

const STEPS: &[&str] = &[
    include_str!("../migrations/0001_init.sql"),
    include_str!("../migrations/0002_own_sessions.sql"),
    include_str!("../migrations/0003_client_ids.sql"),
    include_str!("../migrations/0004_client_hello.sql"),
    include_str!("../migrations/0005_audit_repeats.sql"),
    MATERIAL,
    include_str!("../migrations/0007_material_goes.sql"),
    include_str!("../migrations/0008_link_changes.sql"),
    include_str!("../migrations/0009_text_bytes.sql"),
    include_str!("../migrations/0010_audited.sql"),
    include_str!("../migrations/0011_connection_changes.sql"),
    include_str!("../migrations/0012_database_id.sql"),
    include_str!("../migrations/0013_link_change_sentences.sql"),
    include_str!("../migrations/0014_labels.sql"),
    AUDIT_CHAIN,
    include_str!("../migrations/0016_users.sql"),
    include_str!("../migrations/0017_tokens.sql"),
    include_str!("../migrations/0018_groups.sql"),
    include_str!("../migrations/0019_sign_on.sql"),
    include_str!("../migrations/0020_audit_by_user.sql"),
    include_str!("../migrations/0021_group_members_by_sign_on.sql"),
    include_str!("../migrations/0022_identities_without_role.sql"),
    include_str!("../migrations/0023_second_factors.sql"),
    include_str!("../migrations/0024_token_actions.sql"),
    include_str!("../migrations/0025_preferences.sql"),
];

/// The schema's version once all steps are taken.
#[expect(clippy::cast_possible_truncation, reason = "a handful of steps")]
pub(crate) const KNOWN: u32 = STEPS.len() as u32;

/// Takes the steps that are missing. Returns whether there were any.
pub(crate) async fn run(writer: &SqlitePool) -> Result<bool, StoreError> {
    let mut any = false;
    while step(writer, STEPS).await? {
        any = true;
    }
    Ok(any)
}

/// Takes steps until the schema has this version.
#[cfg(test)]
pub(crate) async fn run_up_to(writer: &SqlitePool, version: usize) -> Result<(), StoreError> {
    while step(writer, &STEPS[..version]).await? {}
    Ok(())
}

/// Whether [`run`] would take a step.
pub(crate) async fn are_missing(path: &Path) -> Result<bool, StoreError> {
    let reader = open::readers(path, None);
    let found: Result<i64, _> =
        sqlx::query_scalar("PRAGMA user_version").fetch_one(&reader).await.map_err(error::store);
    reader.close().await;
    Ok(found? < i64::from(KNOWN))
}

/// Takes the next step, if one is missing; whether it did.
///
/// Asks for the version inside the write transaction, because another process may be at it too.
async fn step(writer: &SqlitePool, steps: &'static [&'static str]) -> Result<bool, StoreError> {
    let known = i64::try_from(steps.len()).map_err(error::backend)?;
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(error::store)?;
    let found = version(&mut tx).await?;
    let Ok(next) = usize::try_from(found) else {
        return Err(StoreError::Corrupt {
            table: "(header)",
            column: "user_version",
            row: found.to_string(),
        });
    };
    let Some(sql) = steps.get(next) else {
        return if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(false) };
    };
    sqlx::raw_sql(*sql).execute(&mut *tx).await.map_err(error::store)?;
    if *sql == MATERIAL {
        material::move_in(&mut tx).await?;
    }
    if *sql == AUDIT_CHAIN {
        audit_chain::adopt(&mut tx).await?;
    }
    let set_version = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {}", next + 1));
    sqlx::raw_sql(set_version).execute(&mut *tx).await.map_err(error::store)?;
    tx.commit().await.map_err(error::store)?;
    tracing::info!(version = next + 1, "brought the database's schema forward");
    Ok(true)
}

async fn version(tx: &mut Transaction<'_, Sqlite>) -> Result<i64, StoreError> {
    sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut **tx).await.map_err(error::store)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use haltere_core::{ConnectionId, Pem, SessionId, UserName};
    use haltere_store::{ConnectionChanges, HeldBytes, Transactions as _, WriteTx};

    use super::*;
    use crate::files::Files;

    fn files(path: &Path) -> Arc<Files> {
        Arc::new(Files::of(path).unwrap())
    }

    async fn names(pool: &SqlitePool) -> Vec<String> {
        sqlx::query_scalar("SELECT name FROM sqlite_schema ORDER BY name")
            .fetch_all(pool)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn each_step_is_taken_once_and_a_failed_one_leaves_nothing() {
        const FIRST: &str = "CREATE TABLE a (x)";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("haltere.db");
        open::create_file(&path).unwrap();
        let pool = open::writer(&path, &files(&path)).await.unwrap();
        assert!(step(&pool, &[FIRST]).await.unwrap());
        assert!(!step(&pool, &[FIRST]).await.unwrap());
        step(&pool, &[FIRST, "CREATE TABLE b (x); CREATE TABLE a (x)"]).await.unwrap_err();
        assert_eq!(names(&pool).await, ["a"]);
        let repaired = &[FIRST, "CREATE TABLE b (x); CREATE TABLE c (x)"];
        assert!(step(&pool, repaired).await.unwrap());
        assert!(!step(&pool, repaired).await.unwrap());
        assert_eq!(names(&pool).await, ["a", "b", "c"]);
        let refused = step(&pool, &[FIRST]).await.unwrap_err();
        assert!(matches!(refused, StoreError::TooNew { found: 2, known: 1 }), "{refused:?}");
    }

    #[tokio::test]
    async fn sessions_and_users_of_the_first_schema_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("haltere.db");
        open::create_file(&path).unwrap();
        let pool = open::writer(&path, &files(&path)).await.unwrap();
        assert!(step(&pool, &STEPS[..1]).await.unwrap());
        let old = "INSERT INTO sessions VALUES (zeroblob(32), 'ada', 1, 2, 3);
                   INSERT INTO sessions VALUES (randomblob(32), 'ada', 4, 5, 6);
                   INSERT INTO users VALUES ('ada', 'hash', 'admin', 1, 2);";
        sqlx::raw_sql(old).execute(&pool).await.unwrap();
        assert!(are_missing(&path).await.unwrap());
        run(&pool).await.unwrap();
        assert!(!are_missing(&path).await.unwrap());
        pool.close().await;

        let store = crate::SqliteStore::open(&path).await.unwrap();
        let mut tx = store.write().await.unwrap();
        let ada = UserName::parse("ada").unwrap();
        let sessions = tx.sessions().list_of(&ada, 9).await.unwrap();
        let millis: Vec<_> = sessions.iter().map(|it| it.created_at.as_millisecond()).collect();
        assert_eq!(millis, [4, 1]);
        assert_ne!(sessions[0].handle, sessions[1].handle);
        assert_eq!((sessions[0].address, &sessions[0].user_agent), (None, &None));
        assert!(!tx.users().find(&ada).await.unwrap().unwrap().initial_password);
        let before = tx.meta().change_counters().await.unwrap().sessions;
        assert!(tx.sessions().delete(&SessionId([0; 32])).await.unwrap());
        assert!(
            tx.meta().change_counters().await.unwrap().sessions > before,
            "ends are noticed as before"
        );
    }

    #[tokio::test]
    async fn certificates_and_keys_move_to_where_each_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("haltere.db");
        open::create_file(&path).unwrap();
        let pool = open::writer(&path, &files(&path)).await.unwrap();
        for _ in 0..5 {
            assert!(step(&pool, &STEPS[..5]).await.unwrap());
        }
        let old = "INSERT INTO connections (id, name, url, ca, cert, key, intent, revision, created_at, updated_at)
            VALUES ('a', 'A', 'mqtts://a', x'ca', x'ce', x'0102', 'connected', 1, 1, 1),
                   ('b', 'B', 'mqtts://b', x'ca', NULL, NULL, 'connected', 1, 1, 1),
                   ('c', 'C', 'mqtt://c', NULL, NULL, NULL, 'connected', 1, 1, 1);";
        sqlx::raw_sql(old).execute(&pool).await.unwrap();
        run(&pool).await.unwrap();
        pool.close().await;

        let store = crate::SqliteStore::open(&path).await.unwrap();
        let mut read = store.read().await.unwrap();
        let found = read.connections().list().await.unwrap();
        let bytes = |pem: &Option<Pem>| pem.as_ref().map(|pem| pem.bytes().to_vec());
        let found: Vec<_> = found
            .iter()
            .map(|row| {
                (bytes(&row.ca), bytes(&row.cert), row.key.as_ref().map(|key| key.0.clone()))
            })
            .collect();
        let ca = Some(vec![0xca]);
        let whole = (ca.clone(), Some(vec![0xce]), Some(vec![1, 2]));
        assert_eq!(found, [whole, (ca, None, None), (None, None, None)]);
        // Id, name and URL of each.
        assert_eq!(
            read.connections().held_bytes().await.unwrap(),
            HeldBytes { material: 4, texts: 11 + 11 + 10 }
        );
    }

    #[tokio::test]
    async fn changes_of_connections_are_known_from_the_migration_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("haltere.db");
        open::create_file(&path).unwrap();
        let pool = open::writer(&path, &files(&path)).await.unwrap();
        for _ in 0..10 {
            assert!(step(&pool, &STEPS[..10]).await.unwrap());
        }
        let old =
            "INSERT INTO connections (id, name, url, intent, revision, created_at, updated_at)
            VALUES ('a', 'A', 'mqtt://a', 'connected', 1, 1, 1),
                   ('b', 'B', 'mqtt://b', 'connected', 1, 1, 1);
            DELETE FROM connections WHERE id = 'b';";
        sqlx::raw_sql(old).execute(&pool).await.unwrap();
        run(&pool).await.unwrap();
        pool.close().await;

        let store = crate::SqliteStore::open(&path).await.unwrap();
        let mut tx = store.write().await.unwrap();
        let changes = async |tx: &mut dyn WriteTx, since| {
            tx.connections().changed_since(since).await.unwrap()
        };
        assert_eq!(changes(&mut *tx, 2).await, None, "that b was removed was not noted");
        assert_eq!(changes(&mut *tx, 3).await, Some(ConnectionChanges::default()));
        assert!(tx.connections().delete(&ConnectionId::parse("a").unwrap()).await.unwrap());
        assert_eq!(changes(&mut *tx, 3).await.unwrap().removed, ["a"]);
        assert_eq!(tx.meta().change_counters().await.unwrap().connections, 4);
    }
}

//! Two versions of haltere on one data folder: a newer command line with an older server.

use std::fs;

use e2e::haltere::cli;
use e2e::{CliOutput, Haltere};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

/// The schema of the first version.
const FIRST: &str = include_str!("../../../crates/haltere-store-sqlite/migrations/0001_init.sql");

/// A database past haltere.
struct Schema(SqliteConnection);

impl Schema {
    async fn of(file: std::path::PathBuf) -> Self {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        Self(SqliteConnection::connect_with(&options).await.expect("the database opens"))
    }

    async fn version(&mut self) -> i64 {
        let version = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut self.0).await;
        version.expect("a number")
    }

    async fn set_version(&mut self, version: i64) {
        let sql = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {version}"));
        sqlx::raw_sql(sql).execute(&mut self.0).await.expect("it is set");
    }

    async fn execute(&mut self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&mut self.0).await.expect("it is done");
    }
}

#[tokio::test]
async fn a_newer_command_does_not_change_the_database_under_an_older_server() {
    let mut haltere = Haltere::start().await;
    let mut schema = Schema::of(haltere.data().join("haltere.db")).await;
    let today = schema.version().await;
    // As a server of the version before would have left it.
    schema.set_version(1).await;
    let copy = haltere.data_dir().path().join("copy");
    let copy = copy.to_str().expect("a path in UTF-8");
    for arguments in [
        &["users", "list"][..],
        &["users", "passwd", "admin", "--password-stdin"],
        &["export", copy],
        &["backup", copy],
        &["secrets", "verify"],
    ] {
        let CliOutput { status, stderr, .. } = haltere.cli(arguments, Some("a password")).await;
        assert!(!status.success(), "{arguments:?}");
        assert!(stderr.contains("older") && stderr.contains("stop it first"), "{stderr}");
        assert!(stderr.contains(&haltere.pid().to_string()), "it names the process: {stderr}");
        assert_eq!(schema.version().await, 1, "{arguments:?}");
    }
    assert!(!fs::exists(copy).expect("the folder is there"));
    schema.set_version(today).await;
    haltere.admin().await.get("/api/connections").await.expect_status(200);
    haltere.stop().await;
}

#[tokio::test]
async fn without_a_server_a_newer_command_brings_the_database_up_to_date() {
    let folder = TempDir::new().expect("a folder");
    let mut schema = Schema::of(folder.path().join("haltere.db")).await;
    schema.execute(FIRST).await;
    schema.set_version(1).await;
    schema.execute("INSERT INTO users VALUES ('ada', 'hash', 'admin', 1, 2)").await;
    let data = folder.path().to_str().expect("a path in UTF-8");
    let listed = cli(&["users", "list", "--data-dir", data]).await;
    assert!(listed.status.success() && listed.stdout.contains("ada"), "{listed:?}");
    assert!(schema.version().await > 1);
}

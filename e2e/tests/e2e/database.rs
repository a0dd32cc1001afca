//! The database, read with plain SQL while the server runs.

use e2e::Haltere;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection as _, Row as _, SqliteConnection};

/// An open, read-only connection.
pub(crate) struct Database(SqliteConnection);

/// An entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) action: String,
    pub(crate) object: String,
    pub(crate) request_id: String,
}

/// What is stored, as far as changes change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dump {
    pub(crate) connections: Vec<String>,
    pub(crate) users: Vec<String>,
    pub(crate) plugins: Vec<String>,
    pub(crate) sessions: Vec<String>,
    /// The actions on record, oldest first.
    pub(crate) audit: Vec<String>,
}

impl Database {
    pub(crate) async fn of(haltere: &Haltere) -> Self {
        let file = haltere.data().join("haltere.db");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        Self(SqliteConnection::connect_with(&options).await.expect("the database opens"))
    }

    /// `ok`, or what is wrong with the file.
    pub(crate) async fn integrity(&mut self) -> String {
        self.value("PRAGMA integrity_check").await
    }

    /// The number of the newest entry of the audit trail. Fails when entries before it are missing.
    pub(crate) async fn last_entry(&mut self) -> i64 {
        let last: i64 = self.value("SELECT coalesce(max(sequence), 0) FROM audit").await;
        let all: i64 = self.value("SELECT count(*) FROM audit").await;
        assert_eq!(last, all, "entries of the audit trail are missing");
        last
    }

    /// The states in the histories of links, each after its connection, oldest first.
    pub(crate) async fn link_changes(&mut self) -> Vec<String> {
        self.texts(
            "SELECT id || ' ' || state FROM link_changes \
             JOIN connections ON connections.sequence = connection ORDER BY link_changes.sequence",
        )
        .await
    }

    /// Entries of successes, oldest first.
    pub(crate) async fn entries_after(&mut self, sequence: i64) -> Vec<Record> {
        let query = "SELECT action, object, request_id FROM audit \
            WHERE sequence > $1 AND outcome = 'success' ORDER BY sequence";
        let rows = sqlx::query(query).bind(sequence).fetch_all(&mut self.0).await;
        let read = |row: &SqliteRow| Record {
            action: row.get("action"),
            object: row.get("object"),
            request_id: row.get("request_id"),
        };
        rows.expect("the trail can be read").iter().map(read).collect()
    }

    /// The ids of all connections.
    pub(crate) async fn connections(&mut self) -> Vec<String> {
        let query = sqlx::query_scalar("SELECT id FROM connections ORDER BY sequence");
        query.fetch_all(&mut self.0).await.expect("connections can be read")
    }

    /// How many sessions there are.
    pub(crate) async fn sessions(&mut self) -> i64 {
        self.value("SELECT count(*) FROM sessions").await
    }

    /// How many sessions there are by what the audit trail says.
    pub(crate) async fn sessions_on_record(&mut self) -> i64 {
        let query = "SELECT count(*) FILTER (WHERE action = 'session.login') \
            - count(*) FILTER (WHERE action = 'session.logout') FROM audit WHERE outcome = 'success'";
        self.value(query).await
    }

    /// All of it.
    pub(crate) async fn dump(&mut self) -> Dump {
        Dump {
            connections: self
                .texts(
                    "SELECT json_array(id, name, url, username, hex(password), client_id, \
                    reject_unauthorized, hex(ca_hash), hex(cert_hash), hex(key_hash), intent, revision, \
                    created_at, updated_at) FROM connections ORDER BY sequence",
                )
                .await,
            users: self
                .texts("SELECT json_array(name, password_hash, roles) FROM users ORDER BY name")
                .await,
            plugins: self.texts("SELECT json_array(id, enabled) FROM plugins ORDER BY id").await,
            sessions: self.texts("SELECT hex(id) FROM sessions ORDER BY id").await,
            audit: self.texts("SELECT action FROM audit ORDER BY sequence").await,
        }
    }

    async fn texts(&mut self, query: &'static str) -> Vec<String> {
        sqlx::query_scalar(query).fetch_all(&mut self.0).await.expect(query)
    }

    async fn value<T>(&mut self, query: &'static str) -> T
    where
        T: Send + Unpin + sqlx::Type<sqlx::Sqlite> + for<'r> sqlx::Decode<'r, sqlx::Sqlite>,
    {
        let value = sqlx::query_scalar(query).fetch_one(&mut self.0).await;
        value.expect(query)
    }
}

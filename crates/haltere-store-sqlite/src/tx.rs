//! The unit of work.

use async_trait::async_trait;
use haltere_store::{ReadTx, StoreError, WriteTx};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::error;

/// A transaction, of the writer or of a reader. Which one it is decides the trait it is handed out
/// as; should that ever go wrong, readers are `query_only`.
pub(crate) struct Tx {
    inner: Transaction<'static, Sqlite>,
    /// A statement has failed. SQLite may have rolled everything back, and would commit what
    /// follows statement by statement, so nothing may follow.
    failed: bool,
}

/// A statement with its arguments.
pub(crate) type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

impl Tx {
    pub(crate) async fn read(readers: &SqlitePool) -> Result<Self, StoreError> {
        let inner = readers.begin().await.map_err(error::store)?;
        Ok(Self { inner, failed: false })
    }

    /// Takes the write lock at once: a transaction that begins as a reader and then wants to write
    /// fails as soon as another process has written in between.
    pub(crate) async fn write(writer: &SqlitePool) -> Result<Self, StoreError> {
        let inner = writer.begin_with("BEGIN IMMEDIATE").await.map_err(error::store)?;
        Ok(Self { inner, failed: false })
    }

    /// Runs a change; how many rows it touched.
    pub(crate) async fn change(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
        self.check()?;
        let result = statement.execute(&mut *self.inner).await;
        Ok(self.note(result)?.rows_affected())
    }

    /// All rows of a query.
    pub(crate) async fn rows(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        self.check()?;
        let result = statement.fetch_all(&mut *self.inner).await;
        self.note(result)
    }

    /// The one row of a query, if there is one.
    pub(crate) async fn row(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<Option<SqliteRow>, StoreError> {
        self.check()?;
        let result = statement.fetch_optional(&mut *self.inner).await;
        self.note(result)
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.failed { Err(error::backend(AlreadyFailed)) } else { Ok(()) }
    }

    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.failed = result.is_err();
        result.map_err(error::store)
    }
}

impl ReadTx for Tx {}

#[async_trait]
impl WriteTx for Tx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.check()?;
        self.inner.commit().await.map_err(error::store)
    }
}

/// Said to whoever goes on with a transaction after one of its statements has failed.
#[derive(Debug)]
struct AlreadyFailed;

impl std::fmt::Display for AlreadyFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an earlier statement of this transaction has failed")
    }
}

impl std::error::Error for AlreadyFailed {}

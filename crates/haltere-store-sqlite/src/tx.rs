//! The unit of work.

use std::sync::Arc;

use async_trait::async_trait;
use haltere_store::failpoint::Step;
use haltere_store::{
    AuditReads, AuditWrites, ChangeCounters, ConnectionReads, ConnectionWrites, GroupReads,
    GroupWrites, LinkHistoryReads, LinkHistoryWrites, MetaReads, MetaWrites, PluginReads,
    PluginWrites, ReadTx, SecondFactorReads, SecondFactorWrites, SessionReads, SessionWrites,
    SignOnReads, SignOnWrites, StoreError, TokenReads, TokenWrites, UserReads, UserWrites, WriteTx,
};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

use crate::audit_writer::KnownWriter;
use crate::condition::Condition;
use crate::error;
use crate::watch::FileWatch;

/// A transaction, of the writer or of a reader. Which one it is decides the trait it is handed out
/// as; should that ever go wrong, readers are `query_only`.
pub(crate) struct Tx {
    inner: Transaction<'static, Sqlite>,
    /// A statement has failed. SQLite may have rolled everything back, and would commit what
    /// follows statement by statement, so nothing may follow.
    failed: bool,
    /// Notified of failures.
    condition: Arc<Condition>,
    /// It changes something.
    writes: bool,
    /// Looked at once a change is durable: before it is said to be.
    watch: Option<FileWatch>,
    /// The least that a read has to find.
    least: Option<ChangeCounters>,
    /// Who has appended to the audit trail last.
    known_writer: Option<Arc<KnownWriter>>,
}

/// A statement with its arguments.
pub(crate) type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

impl Tx {
    pub(crate) async fn read(
        readers: &SqlitePool,
        condition: &Arc<Condition>,
    ) -> Result<Self, StoreError> {
        let least = condition.latest();
        let inner = readers.begin().await.map_err(error::store);
        let inner = inner.inspect_err(|error| condition.failed_to_read(error))?;
        let condition = Arc::clone(condition);
        let (watch, known_writer) = (None, None);
        Ok(Self { inner, failed: false, condition, writes: false, watch, least, known_writer })
    }

    /// Takes the write lock at once: a transaction that begins as a reader and then wants to write
    /// fails as soon as another process has written in between.
    pub(crate) async fn write(
        writer: &SqlitePool,
        condition: &Arc<Condition>,
    ) -> Result<Self, StoreError> {
        Step::Begin.before()?;
        let inner = writer.begin_with("BEGIN IMMEDIATE").await.map_err(error::store);
        let inner = inner.inspect_err(|error| condition.failed(error))?;
        Step::Begin.after()?;
        let condition = Arc::clone(condition);
        let (watch, least, known_writer) = (None, None, None);
        Ok(Self { inner, failed: false, condition, writes: true, watch, least, known_writer })
    }

    /// The connection it runs on.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }

    /// Makes the commit fail when the files have been replaced or cut meanwhile.
    pub(crate) fn watch(&mut self, watch: FileWatch) {
        self.watch = Some(watch);
    }

    /// Appends to the audit trail as `writer`, if that is still the current one.
    pub(crate) fn append_as(&mut self, writer: Arc<KnownWriter>) {
        self.known_writer = Some(writer);
    }

    /// Who has appended to the audit trail last, as far as the store remembers it.
    pub(crate) fn known_writer(&self) -> Option<&KnownWriter> {
        self.known_writer.as_deref()
    }

    /// Runs a change; how many rows it touched.
    pub(crate) async fn change(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
        Step::Write.before()?;
        let touched = self.run(statement).await?;
        Step::Write.after()?;
        Ok(touched)
    }

    /// Runs a change that belongs to the one before it.
    pub(crate) async fn change_along(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<(), StoreError> {
        self.run(statement).await.map(|_| ())
    }

    /// Runs a change that returns something about the row it touched; `None` when it touched none.
    pub(crate) async fn execute_returning(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<Option<SqliteRow>, StoreError> {
        Step::Write.before()?;
        let row = self.row(statement).await?;
        Step::Write.after()?;
        Ok(row)
    }

    /// Appends to the audit trail.
    pub(crate) async fn append_to_audit(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<(), StoreError> {
        Step::Audit.before()?;
        self.run(statement).await?;
        Step::Audit.after()
    }

    async fn run(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
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

    /// Takes note of counters that were read, which never go back.
    pub(crate) fn note_counters(&self, found: ChangeCounters) -> Result<(), StoreError> {
        // The change may still be rolled back.
        if self.writes {
            return Ok(());
        }
        self.condition.found(self.least, found).inspect_err(|error| self.note_failure(error))
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.failed { Err(error::backend(AlreadyFailed)) } else { Ok(()) }
    }

    fn note_failure(&self, error: &StoreError) {
        if self.writes {
            self.condition.failed(error);
        } else {
            self.condition.failed_to_read(error);
        }
    }

    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.failed = result.is_err();
        result.map_err(error::store).inspect_err(|error| self.note_failure(error))
    }
}

impl ReadTx for Tx {
    fn connections(&mut self) -> &mut dyn ConnectionReads {
        self
    }

    fn users(&mut self) -> &mut dyn UserReads {
        self
    }

    fn groups(&mut self) -> &mut dyn GroupReads {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionReads {
        self
    }

    fn second_factors(&mut self) -> &mut dyn SecondFactorReads {
        self
    }

    fn sign_ons(&mut self) -> &mut dyn SignOnReads {
        self
    }

    fn tokens(&mut self) -> &mut dyn TokenReads {
        self
    }

    fn plugins(&mut self) -> &mut dyn PluginReads {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditReads {
        self
    }

    fn link_history(&mut self) -> &mut dyn LinkHistoryReads {
        self
    }

    fn meta(&mut self) -> &mut dyn MetaReads {
        self
    }
}

#[async_trait]
impl WriteTx for Tx {
    fn connections(&mut self) -> &mut dyn ConnectionWrites {
        self
    }

    fn users(&mut self) -> &mut dyn UserWrites {
        self
    }

    fn groups(&mut self) -> &mut dyn GroupWrites {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionWrites {
        self
    }

    fn second_factors(&mut self) -> &mut dyn SecondFactorWrites {
        self
    }

    fn sign_ons(&mut self) -> &mut dyn SignOnWrites {
        self
    }

    fn tokens(&mut self) -> &mut dyn TokenWrites {
        self
    }

    fn plugins(&mut self) -> &mut dyn PluginWrites {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditWrites {
        self
    }

    fn link_history(&mut self) -> &mut dyn LinkHistoryWrites {
        self
    }

    fn meta(&mut self) -> &mut dyn MetaWrites {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.check()?;
        Step::Commit.before()?;
        let Self { inner, condition, watch, .. } = *self;
        let committed = inner.commit().await.map_err(error::store);
        committed.inspect_err(|error| condition.failed(error))?;
        if let Some(watch) = watch {
            watch.check().await.inspect_err(|error| condition.failed(error))?;
        }
        Step::Commit.after()
    }
}

/// The error of a statement after another one of the same transaction has failed.
#[derive(Debug)]
struct AlreadyFailed;

impl std::fmt::Display for AlreadyFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an earlier statement of this transaction has failed")
    }
}

impl std::error::Error for AlreadyFailed {}

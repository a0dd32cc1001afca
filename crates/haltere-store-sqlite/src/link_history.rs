//! The table `link_changes`.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use haltere_core::{
    ConnectionId, FailureCode, FailureMessage, HistoryState, LinkFailure, Since, Stage,
    StatusChange,
};
use haltere_store::{LinkChangeRecord, LinkHistoryReads, LinkHistoryWrites, StoreError};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error;
use crate::many::{ROWS_AT_ONCE, insert_rows};
use crate::row::Cells;
use crate::tx::{Statement, Tx};

/// Those after $1. `CROSS` keeps SQLite from going through the connections first.
const PAGE: &str = "SELECT change.sequence, id, at, since, since_known, state, stage, code, errno, \
    syscall, address, port, message, sentences \
    FROM link_changes AS change CROSS JOIN connections ON connections.sequence = change.connection \
    WHERE change.sequence > $1 ORDER BY change.sequence LIMIT $2";
/// How many are in memory at a time.
const PAGE_ROWS: u16 = 1_000;
/// The changes come with the ids of their connections, and those without one fall out.
const INSERT: &str = "INSERT INTO link_changes (connection, at, since, since_known, state, stage, \
    code, errno, syscall, address, port, message, sentences) \
    SELECT connections.sequence, column2, column3, column4, column5, column6, column7, column8, \
    column9, column10, column11, column12, column13 FROM (VALUES ";
const JOINED: &str = ") AS change CROSS JOIN connections ON connections.id = change.column1";
/// How many columns that are.
const COLUMNS: usize = 13;
const NEWEST: &str = "SELECT coalesce(max(sequence), 0) FROM link_changes";
/// Of connections with a change after $1, all but the newest $2.
const TRIM: &str = "WITH long AS MATERIALIZED ( \
        SELECT connection, (SELECT sequence FROM link_changes \
            WHERE connection = changed.connection ORDER BY sequence DESC LIMIT 1 OFFSET $2) AS last \
        FROM (SELECT DISTINCT connection FROM link_changes WHERE sequence > $1) AS changed) \
    DELETE FROM link_changes WHERE sequence IN (SELECT old.sequence \
        FROM long CROSS JOIN link_changes AS old \
        ON old.connection = long.connection AND old.sequence <= long.last)";

#[async_trait]
impl LinkHistoryReads for Tx {
    async fn read(
        &mut self,
        take: &mut (dyn FnMut(LinkChangeRecord) + Send),
    ) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        loop {
            let rows = self.rows(sqlx::query(PAGE).bind(after).bind(PAGE_ROWS)).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.try_get(0).map_err(error::store)?;
            for row in &rows {
                match read(row) {
                    Ok(change) => take(change),
                    Err(error) => tracing::debug!(%error, "a change of a history is left out"),
                }
            }
        }
    }
}

#[async_trait]
impl LinkHistoryWrites for Tx {
    async fn append(&mut self, changes: &[LinkChangeRecord], keep: u32) -> Result<(), StoreError> {
        let newest = self.row(sqlx::query(NEWEST)).await?.ok_or(StoreError::NotFound)?;
        let newest: i64 = newest.try_get(0).map_err(error::store)?;
        for changes in changes.chunks(ROWS_AT_ONCE) {
            let sql = insert_rows(INSERT, COLUMNS, changes.len()).and(JOINED);
            let statement = changes.iter().fold(sql.query(), bind);
            self.change(statement).await?;
        }
        self.change(sqlx::query(TRIM).bind(newest).bind(keep)).await?;
        Ok(())
    }

    async fn trim(&mut self, keep: u32) -> Result<u64, StoreError> {
        self.change(sqlx::query(TRIM).bind(i64::MIN).bind(keep)).await
    }
}

fn bind<'q>(statement: Statement<'q>, record: &'q LinkChangeRecord) -> Statement<'q> {
    let LinkChangeRecord { connection, change } = record;
    let StatusChange { at, since, state, failure } = change;
    let statement = statement
        .bind(connection.as_str())
        .bind(at.as_millisecond())
        .bind(since.at().as_millisecond())
        .bind(since.is_exact())
        .bind(state.as_str());
    // Without `..`, so that a new field doesn't compile until it is kept.
    let failure = failure.as_deref().map(|failure| {
        let LinkFailure { stage, code, errno, syscall, address, port, message } = failure;
        (
            stage.as_str(),
            code.as_str(),
            *errno,
            syscall.as_deref(),
            address.as_deref(),
            *port,
            message.to_string(),
            message.to_lines(),
        )
    });
    let statement = statement
        .bind(failure.as_ref().map(|it| it.0))
        .bind(failure.as_ref().map(|it| it.1.clone()))
        .bind(failure.as_ref().and_then(|it| it.2))
        .bind(failure.as_ref().and_then(|it| it.3))
        .bind(failure.as_ref().and_then(|it| it.4))
        .bind(failure.as_ref().and_then(|it| it.5));
    let (message, sentences) = failure.map(|it| (it.6, it.7)).unzip();
    statement.bind(message).bind(sentences.flatten())
}

fn read(row: &SqliteRow) -> Result<LinkChangeRecord, StoreError> {
    let mut cells = Cells::new("link_changes", row);
    let _: i64 = cells.get("sequence")?;
    Ok(LinkChangeRecord {
        connection: cells.parse("connection", |id: &str| ConnectionId::parse(id).ok())?,
        change: StatusChange {
            at: cells.time("at")?,
            since: {
                let at = cells.time("since")?;
                let is_known: bool = cells.get("since_known")?;
                if is_known { Since::Exactly(at) } else { Since::AtLeast(at) }
            },
            state: cells.parse("state", |text: &str| {
                HistoryState::ALL.into_iter().find(|state| state.as_str() == text)
            })?,
            failure: read_failure(&mut cells)?.map(Arc::new),
        },
    })
}

fn read_failure(cells: &mut Cells<'_>) -> Result<Option<LinkFailure>, StoreError> {
    let stage = cells.parse("stage", |text: Option<&str>| match text {
        None => Some(None),
        Some(text) => Stage::ALL.into_iter().find(|stage| stage.as_str() == text).map(Some),
    })?;
    let Some(stage) = stage else { return Ok(None) };
    Ok(Some(LinkFailure {
        stage,
        code: cells.parse("code", |name: &str| Some(FailureCode::from_name(name)))?,
        errno: cells.get("errno")?,
        syscall: cells.get::<Option<String>>("syscall")?.map(Cow::Owned),
        address: cells.get("address")?,
        port: cells.parse("port", |port: Option<i64>| port.map(u16::try_from).transpose().ok())?,
        message: {
            let text: String = cells.get("message")?;
            let lines: Option<String> = cells.get("sentences")?;
            let message = lines.and_then(|lines| FailureMessage::from_lines(&lines));
            message.unwrap_or_else(|| text.into())
        },
    }))
}

//! The table `audit`.

use std::slice;

use async_trait::async_trait;
use haltere_core::{AuditAction, AuditChanges, AuditEntry, AuditOutcome, AuditRepeats, Timestamp};
use haltere_store::{
    AuditAge, AuditFilter, AuditReads, AuditRecord, AuditRemoved, AuditWrites, ChainHash,
    ChainLink, StoreError, Visit, WriterState, names_from_text,
};
use sqlx::QueryBuilder;
use sqlx::sqlite::SqliteRow;

use crate::audit_chain::{self, Chain, Link};
use crate::many::{ROWS_AT_ONCE, insert_rows};
use crate::row::Cells;
use crate::tx::{Statement, Tx};

const LIST: &str = "SELECT sequence, at, actor, address, request_id, action, object, outcome, \
    detail, times, since, changes, writer, position, hash, names FROM audit WHERE sequence < ";
const FIRST_SINCE: &str = "SELECT count(*) AS entries, coalesce(min(sequence), 9223372036854775807) AS sequence FROM \
    (SELECT sequence FROM audit INDEXED BY audit_by_time WHERE at >= $1 LIMIT $2)";
/// The expression of the index `audit_by_user`: the actor without the token. Login entries are left as they are, because the
/// client chooses the name in a failed one.
const USER: &str = "CASE WHEN action <> 'session.login' AND instr(actor, ' (token ') > 0 \
    THEN substr(actor, 1, instr(actor, ' (token ') - 1) ELSE actor END";
/// Where a search for text looks. One after the other: to put them together would cost more than to look.
const TEXTS: [&str; 7] =
    ["actor", "address", "request_id", "action", "object", "detail", "changes"];
const APPEND: &str = "INSERT INTO audit (at, actor, address, request_id, action, object, outcome, \
    detail, times, since, changes, writer, position, hash, names) VALUES ";
/// The number of columns of [`APPEND`].
const COLUMNS: usize = 15;
const APPENDED: &str = "SELECT audited FROM revisions";
const OLDEST: &str = "SELECT (SELECT at FROM audit ORDER BY sequence LIMIT 1), \
    (SELECT coalesce(sum(bytes), 0) FROM audit_writers)";

#[async_trait]
impl AuditReads for Tx {
    async fn list(&mut self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        let AuditFilter {
            actor,
            user,
            object,
            actions,
            outcome,
            address,
            request_id,
            text,
            since,
            until,
            before,
            after,
            is_oldest_first,
            limit,
        } = filter;
        // Only the conditions that are asked for, so that the index that serves them is used.
        let mut query = QueryBuilder::new(LIST);
        query.push_bind(before.unwrap_or(i64::MAX));
        if let Some(after) = after {
            query.push(" AND sequence > ").push_bind(*after);
        }
        if let Some(actor) = actor {
            query.push(" AND actor = ").push_bind(actor.as_str());
        }
        if let Some(user) = user {
            query.push(" AND ").push(USER).push(" = ").push_bind(user.as_str());
        }
        if let Some(object) = object {
            query.push(" AND object = ").push_bind(object.as_str());
        }
        if let Some(actions) = actions {
            query.push(" AND action IN (");
            let mut list = query.separated(", ");
            for action in actions {
                list.push_bind(action.as_str());
            }
            query.push(")");
        }
        if let Some(outcome) = outcome {
            query.push(" AND outcome = ").push_bind(outcome.as_str());
        }
        if let Some(address) = address {
            query.push(" AND address = ").push_bind(address.to_string());
        }
        if let Some(request_id) = request_id {
            query.push(" AND request_id = ").push_bind(request_id.as_str());
        }
        if let Some(text) = text {
            let pattern = containing(text);
            let mut before = " AND (";
            for cell in TEXTS {
                query.push(before).push(cell).push(" LIKE ").push_bind(pattern.clone());
                query.push(" ESCAPE '\\'");
                before = " OR ";
            }
            query.push(")");
        }
        // The entries are in the order of their sequence. `+` keeps the index by time, which has another order,
        // out of it.
        if let Some(since) = since {
            query.push(" AND +at >= ").push_bind(since.as_millisecond());
        }
        if let Some(until) = until {
            query.push(" AND +at <= ").push_bind(until.as_millisecond());
        }
        let order = if *is_oldest_first { "ASC" } else { "DESC" };
        query.push(" ORDER BY sequence ").push(order).push(" LIMIT ").push_bind(*limit);
        self.rows(query.build()).await?.iter().map(read).collect()
    }

    async fn walk(
        &mut self,
        after: i64,
        limit: u32,
        visit: &mut Visit<'_>,
    ) -> Result<Option<i64>, StoreError> {
        audit_chain::walk(self, after, limit, visit).await
    }

    async fn first_since(
        &mut self,
        since: Timestamp,
        most: u32,
    ) -> Result<Option<i64>, StoreError> {
        let limit = i64::from(most) + 1;
        let statement = sqlx::query(FIRST_SINCE).bind(since.as_millisecond()).bind(limit);
        let row = self.row(statement).await?.ok_or(StoreError::NotFound)?;
        let mut cells = Cells::new("audit", &row);
        let (entries, first): (i64, i64) = (cells.get("entries")?, cells.get("sequence")?);
        Ok((entries < limit).then_some(first))
    }

    async fn appended(&mut self) -> Result<i64, StoreError> {
        let row = self.row(sqlx::query(APPENDED)).await?.ok_or(StoreError::NotFound)?;
        Cells::new("revisions", &row).get("audited")
    }

    async fn writers(&mut self) -> Result<Vec<WriterState>, StoreError> {
        audit_chain::states(self).await
    }

    async fn oldest(&mut self) -> Result<(Option<Timestamp>, i64), StoreError> {
        let row = self.row(sqlx::query(OLDEST)).await?.ok_or(StoreError::NotFound)?;
        let mut cells = Cells::new("audit", &row);
        let at = cells
            .parse("at", |at: Option<i64>| at.map(Timestamp::from_millisecond).transpose().ok())?;
        Ok((at, cells.get("bytes")?))
    }
}

#[async_trait]
impl AuditWrites for Tx {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.append_many(slice::from_ref(entry)).await
    }

    async fn append_many(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        if entries.len() <= ROWS_AT_ONCE
            && let Some(mut chain) = Chain::known(self)
        {
            let from = chain.hash();
            let statement = statement(entries, &mut chain);
            if chain.advance_from(from, self).await? {
                return self.append_to_audit(statement).await;
            }
        }
        let mut chain = Chain::begin(self).await?;
        for entries in entries.chunks(ROWS_AT_ONCE) {
            let statement = statement(entries, &mut chain);
            self.append_to_audit(statement).await?;
        }
        chain.advance(self).await
    }

    async fn begin_writer(&mut self) -> Result<(), StoreError> {
        audit_chain::begin_writer(self).await
    }

    async fn remove_oldest(
        &mut self,
        age: AuditAge,
        limit: u32,
    ) -> Result<Option<AuditRemoved>, StoreError> {
        audit_chain::remove_oldest(self, age, limit).await
    }
}

/// The pattern of `LIKE` for texts that contain `text`.
fn containing(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Appends `entries` as the next ones of the chain.
fn statement<'q>(entries: &'q [AuditEntry], chain: &mut Chain) -> Statement<'q> {
    let sql = insert_rows(APPEND, COLUMNS, entries.len());
    entries.iter().fold(sql.query(), |statement, entry| bind(statement, entry, chain))
}

fn bind<'q>(statement: Statement<'q>, entry: &'q AuditEntry, chain: &mut Chain) -> Statement<'q> {
    let AuditEntry {
        at,
        actor,
        address,
        request_id,
        action,
        object,
        outcome,
        detail,
        changes: _,
        repeats,
    } = entry;
    // No clock and no caller counts further than that.
    let times = repeats.map_or(1, |repeats| i64::try_from(repeats.times).unwrap_or(i64::MAX));
    let Link { changes, names, writer, position, hash } = chain.link(entry, times);
    statement
        .bind(at.as_millisecond())
        .bind(actor.as_str())
        .bind(address.map(|address| address.to_string()))
        .bind(request_id.as_str())
        .bind(action.as_str())
        .bind(object.as_str())
        .bind(outcome.as_str())
        .bind(detail.as_str())
        .bind(times)
        .bind(repeats.map(|repeats| repeats.since.as_millisecond()))
        .bind(changes)
        .bind(writer)
        .bind(position)
        .bind(hash.0.to_vec())
        .bind(names)
}

fn read(row: &SqliteRow) -> Result<AuditRecord, StoreError> {
    let mut cells = Cells::new("audit", row);
    Ok(AuditRecord {
        sequence: cells.get("sequence")?,
        entry: AuditEntry {
            at: cells.time("at")?,
            actor: cells.get("actor")?,
            address: cells.parse("address", |address: Option<&str>| {
                address.map(str::parse).transpose().ok()
            })?,
            request_id: cells.get("request_id")?,
            action: cells.parse("action", AuditAction::parse)?,
            object: cells.get("object")?,
            outcome: cells.parse("outcome", AuditOutcome::parse)?,
            detail: cells.get("detail")?,
            repeats: repeats(&mut cells)?,
            changes: cells.parse("changes", |changes: Option<&str>| match changes {
                Some(changes) => AuditChanges::parse(changes),
                None => Some(AuditChanges::none()),
            })?,
        },
        link: link(&mut cells)?,
    })
}

fn link(cells: &mut Cells<'_>) -> Result<Option<ChainLink>, StoreError> {
    let writer: Option<String> = cells.get("writer")?;
    let position: Option<i64> = cells.get("position")?;
    let hash: Option<&[u8]> = cells.get("hash")?;
    let names: Option<&str> = cells.get("names")?;
    let names = names.map(names_from_text).unwrap_or_default();
    let link = writer.zip(position).zip(hash.and_then(ChainHash::from_slice));
    Ok(link.map(|((writer, position), hash)| ChainLink { writer, position, hash, names }))
}

/// An entry with `since` sums up several; one without is about one.
fn repeats(cells: &mut Cells<'_>) -> Result<Option<AuditRepeats>, StoreError> {
    let times = cells.parse("times", |times: i64| u64::try_from(times).ok())?;
    let since = cells.parse("since", |since: Option<i64>| {
        since.map(Timestamp::from_millisecond).transpose().ok()
    })?;
    Ok(since.map(|since| AuditRepeats { times, since }))
}

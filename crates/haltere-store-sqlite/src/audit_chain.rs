//! The hash chain of the table `audit`, and its writers in the table `audit_writers`.

use std::borrow::Cow;

use haltere_core::{AuditEntry, Timestamp};
use haltere_store::{
    AuditAge, AuditRemoved, ChainHash, ChainHead, ChainName, ChainedEntry, StoreError, Visit,
    WriterState, names_to_text,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, Transaction};

use crate::audit_writer::Writer;
use crate::error;
use crate::many::ROWS_AT_ONCE;
use crate::row::Cells;
use crate::tx::{Statement, Tx};

const ROWS: &str = "SELECT sequence, writer, position, hash, at, actor, address, request_id, action, object, outcome, \
    detail, times, since, changes, names FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2";
const WRITERS: &str = "SELECT id, is_current, position, hash, named, bytes, removed_position, removed_hash \
    FROM audit_writers ORDER BY id";
const NEW_WRITER: &str = "INSERT INTO audit_writers (id, is_current, position, hash, bytes) \
    VALUES (lower(hex(randomblob(8))), 1, 0, zeroblob(32), 0) RETURNING id";
const RETIRE: &str = "UPDATE audit_writers SET is_current = 0";
const ADVANCE: &str =
    "UPDATE audit_writers SET position = $1, hash = $2, named = $3, bytes = $4 WHERE id = $5";
const REMOVED: &str = "UPDATE audit_writers SET removed_position = $1, removed_hash = $2, \
    bytes = max(bytes - $3, 0) WHERE id = $4";
const ALLOW_DELETION: &str = "UPDATE audit_writers SET removed_sequence = $1";
const DELETE: &str = "DELETE FROM audit WHERE sequence <= $1";
const FORBID_CHANGES: &str = "CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit \
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END";

/// As [`ADVANCE`], if the writer is still where it was: `$6` is the hash of its newest entry.
const ADVANCE_FROM: &str = "UPDATE audit_writers SET position = $1, hash = $2, named = $3, bytes = $4 \
    WHERE id = $5 AND hash = $6 AND is_current RETURNING id";

/// The writer that appends, at work.
pub(crate) struct Chain {
    writer: Writer,
    /// What its next entry names.
    names: Option<String>,
    buffer: Vec<u8>,
}

/// What an entry is stored with.
pub(crate) struct Link {
    pub(crate) changes: Option<String>,
    pub(crate) names: Option<String>,
    pub(crate) writer: String,
    pub(crate) position: i64,
    pub(crate) hash: ChainHash,
}

impl Chain {
    /// Continues the chain where this process has left it; `None` if that is not known. [`Self::advance_from`] finds out
    /// whether it is still there.
    pub(crate) fn known(tx: &Tx) -> Option<Self> {
        let writer = tx.known_writer()?.take()?;
        // Nothing has changed that it would have to name.
        Some(Self { writer, names: None, buffer: Vec::new() })
    }

    /// The hash of the newest entry.
    pub(crate) fn hash(&self) -> ChainHash {
        self.writer.head.hash
    }

    /// Continues the chain of the database.
    pub(crate) async fn begin(tx: &mut Tx) -> Result<Self, StoreError> {
        let writers = writers(tx).await?;
        let current = writers.iter().position(|writer| writer.is_current);
        let names = |own: &str| {
            let newest =
                writers.iter().filter(|other| other.head.writer != own && other.head.position > 0);
            let newest = newest.map(|other| ChainName::Newest(other.head.clone()));
            let removed = writers.iter().filter(|it| it.removed.position > 0);
            let removed = removed.map(|it| ChainName::Removed(it.removed.clone()));
            names_to_text(&newest.chain(removed).collect::<Vec<_>>())
        };
        let (writer, names) = if let Some(index) = current {
            let names = names(&writers[index].head.writer);
            let Some(writer) = writers.into_iter().nth(index) else {
                return Err(StoreError::NotFound);
            };
            (writer, names)
        } else {
            let writer = new_writer(tx).await?;
            let names = names(&writer.head.writer);
            (writer, names)
        };
        let names = names.filter(|names| Some(names) != writer.named.as_ref());
        Ok(Self { writer, names, buffer: Vec::new() })
    }

    /// Chains the next entry.
    pub(crate) fn link(&mut self, entry: &AuditEntry, times: i64) -> Link {
        let Self { writer, names, buffer } = self;
        let AuditEntry {
            at,
            actor,
            address,
            request_id,
            action,
            object,
            outcome,
            detail,
            repeats,
            changes,
        } = entry;
        let names = names.take();
        if names.is_some() {
            writer.named.clone_from(&names);
        }
        let changes = (!changes.is_empty()).then(|| changes.to_string());
        let chained = ChainedEntry {
            sequence: 0,
            writer: Cow::Borrowed(&writer.head.writer),
            position: writer.head.position + 1,
            hash: None,
            at: at.as_millisecond(),
            actor: Cow::Borrowed(actor),
            address: address.map(|address| Cow::Owned(address.to_string())),
            request_id: Cow::Borrowed(request_id),
            action: Cow::Borrowed(action.as_str()),
            object: Cow::Borrowed(object),
            outcome: Cow::Borrowed(outcome.as_str()),
            detail: Cow::Borrowed(detail),
            times,
            since: repeats.map(|repeats| repeats.since.as_millisecond()),
            changes: changes.as_deref().map(Cow::Borrowed),
            names: names.as_deref().map(Cow::Borrowed),
        };
        let hash = chained.hash_after(&writer.head.hash, buffer);
        let (position, bytes) = (chained.position, chained.bytes());
        drop(chained);
        (writer.head.position, writer.head.hash) = (position, hash);
        writer.bytes = writer.bytes.saturating_add(bytes);
        Link { changes, names, writer: writer.head.writer.clone(), position, hash }
    }

    /// Stores the position of the newest entry.
    pub(crate) async fn advance(self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.change_along(self.advance_by(ADVANCE)).await?;
        self.remember(tx);
        Ok(())
    }

    /// The same if the newest entry is the one with the hash `from`; otherwise stores nothing.
    pub(crate) async fn advance_from(
        self,
        from: ChainHash,
        tx: &mut Tx,
    ) -> Result<bool, StoreError> {
        let statement = self.advance_by(ADVANCE_FROM).bind(from.0.to_vec());
        let is_there = tx.row(statement).await?.is_some();
        if is_there {
            self.remember(tx);
        }
        Ok(is_there)
    }

    fn advance_by(&self, sql: &'static str) -> Statement<'static> {
        let Writer { head, named, bytes, .. } = &self.writer;
        sqlx::query(sql)
            .bind(head.position)
            .bind(head.hash.0.to_vec())
            .bind(named.clone())
            .bind(*bytes)
            .bind(head.writer.clone())
    }

    /// Also before the commit: if there is none, the hash is not the stored one.
    fn remember(self, tx: &Tx) {
        if let Some(known) = tx.known_writer() {
            known.set(self.writer);
        }
    }
}

/// The table of writers changes otherwise than by an append: the next one reads it.
fn forget_writer(tx: &Tx) {
    if let Some(known) = tx.known_writer() {
        known.take();
    }
}

async fn writers(tx: &mut Tx) -> Result<Vec<Writer>, StoreError> {
    tx.rows(sqlx::query(WRITERS)).await?.iter().map(read_writer).collect()
}

fn read_writer(row: &SqliteRow) -> Result<Writer, StoreError> {
    let mut cells = Cells::new("audit_writers", row);
    let id: String = cells.get("id")?;
    let is_current = cells.get("is_current")?;
    let position = cells.get("position")?;
    let hash = cells.parse("hash", ChainHash::from_slice)?;
    let named = cells.get("named")?;
    let bytes = cells.get("bytes")?;
    let removed = ChainHead {
        writer: id.clone(),
        position: cells.get("removed_position")?,
        hash: cells.parse("removed_hash", ChainHash::from_slice)?,
    };
    Ok(Writer { head: ChainHead { writer: id, position, hash }, is_current, named, bytes, removed })
}

async fn new_writer(tx: &mut Tx) -> Result<Writer, StoreError> {
    let row = tx.row(sqlx::query(NEW_WRITER)).await?.ok_or(StoreError::NotFound)?;
    let id: String = Cells::new("audit_writers", &row).get("id")?;
    let nothing = ChainHead { writer: id, position: 0, hash: ChainHash::START };
    Ok(Writer { removed: nothing.clone(), head: nothing, is_current: true, named: None, bytes: 0 })
}

/// The next entry begins the chain of a new writer, and names the newest ones of the others.
pub(crate) async fn begin_writer(tx: &mut Tx) -> Result<(), StoreError> {
    forget_writer(tx);
    tx.change_along(sqlx::query(RETIRE)).await?;
    new_writer(tx).await.map(drop)
}

/// The newest entry of each writer, and the last one that retention has removed.
pub(crate) async fn states(tx: &mut Tx) -> Result<Vec<WriterState>, StoreError> {
    let state = |it: Writer| WriterState { newest: it.head, removed: it.removed };
    Ok(writers(tx).await?.into_iter().map(state).collect())
}

/// Passes entries after `after` to `visit`, oldest first; the sequence number of the last one.
pub(crate) async fn walk(
    tx: &mut Tx,
    after: i64,
    limit: u32,
    visit: &mut Visit<'_>,
) -> Result<Option<i64>, StoreError> {
    let rows = tx.rows(sqlx::query(ROWS).bind(after).bind(limit)).await?;
    let mut last = None;
    for row in &rows {
        let entry = chained(row)?;
        visit(&entry);
        last = Some(entry.sequence);
    }
    Ok(last)
}

/// The entry in a row, whatever is in its cells. The columns are those of [`ROWS`].
fn chained(row: &SqliteRow) -> Result<ChainedEntry<'_>, StoreError> {
    /// Text that is no UTF-8 was written by something else, and does not fit its hash.
    fn text(bytes: &[u8]) -> Cow<'_, str> {
        String::from_utf8_lossy(bytes)
    }
    let mut cells = Cells::new("audit", row);
    let sequence = cells.get("sequence")?;
    let writer = cells.get::<Option<&[u8]>>("writer")?.map(text).unwrap_or_default();
    let position: Option<i64> = cells.get("position")?;
    let hash: Option<&[u8]> = cells.get("hash")?;
    Ok(ChainedEntry {
        sequence,
        writer,
        position: position.unwrap_or_default(),
        hash: hash.and_then(ChainHash::from_slice),
        at: cells.get("at")?,
        actor: text(cells.get("actor")?),
        address: cells.get::<Option<&[u8]>>("address")?.map(text),
        request_id: text(cells.get("request_id")?),
        action: text(cells.get("action")?),
        object: text(cells.get("object")?),
        outcome: text(cells.get("outcome")?),
        detail: text(cells.get("detail")?),
        times: cells.get("times")?,
        since: cells.get("since")?,
        changes: cells.get::<Option<&[u8]>>("changes")?.map(text),
        names: cells.get::<Option<&[u8]>>("names")?.map(text),
    })
}

/// Removes the oldest entries, up to `limit`, as far as `age` says. The newest entry stays.
pub(crate) async fn remove_oldest(
    tx: &mut Tx,
    age: AuditAge,
    limit: u32,
) -> Result<Option<AuditRemoved>, StoreError> {
    forget_writer(tx);
    let writers = writers(tx).await?;
    let newest: i64 = {
        let row =
            tx.row(sqlx::query("SELECT coalesce(max(sequence), 0) AS newest FROM audit")).await?;
        row.map_or(Ok(0), |row| Cells::new("audit", &row).get("sequence"))?
    };
    let mut excess = writers.iter().map(|it| it.bytes).sum::<i64>().saturating_sub(age.max_bytes);
    let [before, before_if_larger] =
        [age.before, age.before_if_larger].map(Timestamp::as_millisecond);
    // By writer: its last entry that goes, and the bytes of all that go.
    let mut gone: Vec<(ChainHead, i64)> = Vec::new();
    let (mut is_over, mut entries, mut last) = (false, 0, None);
    walk(tx, i64::MIN, limit, &mut |entry| {
        let is_too_old = entry.at < before || (excess > 0 && entry.at < before_if_larger);
        is_over = is_over || entry.sequence >= newest || entry.sequence > age.up_to || !is_too_old;
        if is_over {
            return;
        }
        entries += 1;
        last = Some((entry.sequence, entry.at));
        excess -= entry.bytes();
        let Some(hash) = entry.hash else { return };
        let head =
            ChainHead { writer: entry.writer.clone().into_owned(), position: entry.position, hash };
        match gone.iter_mut().find(|(known, _)| known.writer == head.writer) {
            Some((known, bytes)) => {
                *bytes += entry.bytes();
                *known = head;
            }
            None => gone.push((head, entry.bytes())),
        }
    })
    .await?;
    let Some((sequence, at)) = last else { return Ok(None) };
    for (head, bytes) in gone {
        let statement = sqlx::query(REMOVED)
            .bind(head.position)
            .bind(head.hash.0.to_vec())
            .bind(bytes)
            .bind(head.writer);
        tx.change_along(statement).await?;
    }
    tx.change_along(sqlx::query(ALLOW_DELETION).bind(sequence)).await?;
    tx.change(sqlx::query(DELETE).bind(sequence)).await?;
    let newest = Timestamp::from_millisecond(at).map_err(error::backend)?;
    Ok(Some(AuditRemoved { entries, newest }))
}

/// Gives the entries of earlier versions their hashes.
pub(crate) async fn adopt(tx: &mut Transaction<'_, Sqlite>) -> Result<(), StoreError> {
    let row = sqlx::query(WRITERS).fetch_one(&mut **tx).await.map_err(error::store)?;
    let Writer { mut head, mut bytes, .. } = read_writer(&row)?;
    let (mut after, mut buffer) = (i64::MIN, Vec::new());
    loop {
        let rows =
            sqlx::query(ROWS).bind(after).bind(i64::try_from(ROWS_AT_ONCE).unwrap_or(i64::MAX));
        let rows = rows.fetch_all(&mut **tx).await.map_err(error::store)?;
        let mut chained_rows = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut entry = chained(row)?;
            entry.writer = Cow::Borrowed(&head.writer);
            entry.position = head.position + 1;
            let hash = entry.hash_after(&head.hash, &mut buffer);
            bytes += entry.bytes();
            after = entry.sequence;
            (head.position, head.hash) = (head.position + 1, hash);
            chained_rows.push((after, head.position, hash));
        }
        if chained_rows.is_empty() {
            break;
        }
        let mut update = QueryBuilder::<Sqlite>::new("WITH chained (number, place, digest) AS (");
        update.push_values(&chained_rows, |mut row, (number, place, digest)| {
            row.push_bind(*number).push_bind(*place).push_bind(digest.0.to_vec());
        });
        update
            .push(") UPDATE audit SET position = chained.place, hash = chained.digest, writer = ");
        update.push_bind(head.writer.clone()).push(" FROM chained WHERE sequence = chained.number");
        update.build().execute(&mut **tx).await.map_err(error::store)?;
    }
    let statement = sqlx::query(ADVANCE)
        .bind(head.position)
        .bind(head.hash.0.to_vec())
        .bind(None::<String>)
        .bind(bytes)
        .bind(head.writer);
    statement.execute(&mut **tx).await.map_err(error::store)?;
    sqlx::query(FORBID_CHANGES).execute(&mut **tx).await.map_err(error::store)?;
    Ok(())
}

//! The table `sessions`.

use async_trait::async_trait;
use haltere_core::{SessionHandle, SessionId, Timestamp, UserName};
use haltere_store::{SessionReads, SessionRecord, SessionWrites, StoreError};
use sqlx::sqlite::SqliteRow;

use crate::row::{Cells, hex};
use crate::tx::Tx;

/// The columns, in the order of [`SessionRecord`].
macro_rules! columns {
    () => {
        "id, handle, user, created_at, last_used_at, expires_at, address, user_agent"
    };
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM sessions WHERE id = $1");
const FIND_BY_HANDLE: &str = concat!("SELECT ", columns!(), " FROM sessions WHERE handle = $1");
const LIST_OF: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sessions WHERE user = $1 ORDER BY last_used_at DESC, id LIMIT $2"
);
const INSERT: &str =
    concat!("INSERT INTO sessions (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
/// One statement however many sessions: $1 is a JSON array of `["<id in hex>", <milliseconds>]`.
const TOUCH: &str = "UPDATE sessions SET last_used_at = used.at \
    FROM (SELECT unhex(value ->> 0) AS id, max(value ->> 1) AS at FROM json_each($1) GROUP BY 1) \
         AS used \
    WHERE sessions.id = used.id AND sessions.last_used_at < used.at";
const COUNT: &str = "SELECT user, count(*) AS sessions FROM sessions GROUP BY user";
const LAST_USE: &str = "SELECT max(last_used_at) FROM sessions";
/// By $1, within $2 and $3.
const SHIFT: &str = "UPDATE sessions SET created_at = max($2, min($3, created_at + $1)), \
    last_used_at = max($2, min($3, last_used_at + $1)), \
    expires_at = max($2, min($3, expires_at + $1))";
const DELETE: &str = "DELETE FROM sessions WHERE id = $1";
const DELETE_OF: &str = "DELETE FROM sessions WHERE user = $1 AND id IS DISTINCT FROM $2";
const DELETE_EXPIRED: &str = "DELETE FROM sessions WHERE expires_at < $1 OR last_used_at < $2";

#[async_trait]
impl SessionReads for Tx {
    async fn find(&mut self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError> {
        self.row(sqlx::query(FIND).bind(&id.0[..])).await?.as_ref().map(read).transpose()
    }

    async fn find_by_handle(
        &mut self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError> {
        let find = sqlx::query(FIND_BY_HANDLE).bind(&handle.0[..]);
        self.row(find).await?.as_ref().map(read).transpose()
    }

    async fn list_of(
        &mut self,
        user: &UserName,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        let list = sqlx::query(LIST_OF).bind(user.as_str()).bind(limit);
        self.rows(list).await?.iter().map(read).collect()
    }

    async fn count(&mut self) -> Result<Vec<(UserName, u64)>, StoreError> {
        let count = |row: &SqliteRow| {
            let mut cells = Cells::new("sessions", row);
            let user = cells.parse("user", |name| UserName::parse(name).ok())?;
            Ok((user, cells.parse("sessions", |count: i64| u64::try_from(count).ok())?))
        };
        self.rows(sqlx::query(COUNT)).await?.iter().map(count).collect()
    }

    async fn last_use(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let Some(row) = self.row(sqlx::query(LAST_USE)).await? else { return Ok(None) };
        Cells::new("sessions", &row).parse("last_used_at", |millis: Option<i64>| {
            millis.map(Timestamp::from_millisecond).transpose().ok()
        })
    }
}

#[async_trait]
impl SessionWrites for Tx {
    async fn insert(&mut self, record: &SessionRecord) -> Result<(), StoreError> {
        let SessionRecord {
            id,
            handle,
            user,
            created_at,
            last_used_at,
            expires_at,
            address,
            user_agent,
        } = record;
        let insert = sqlx::query(INSERT)
            .bind(&id.0[..])
            .bind(&handle.0[..])
            .bind(user.as_str())
            .bind(created_at.as_millisecond())
            .bind(last_used_at.as_millisecond())
            .bind(expires_at.as_millisecond())
            .bind(address.map(|address| address.to_string()))
            .bind(user_agent.as_deref());
        self.change(insert).await?;
        Ok(())
    }

    async fn touch(&mut self, used: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        if !used.is_empty() {
            self.change(sqlx::query(TOUCH).bind(to_json(used))).await?;
        }
        Ok(())
    }

    async fn shift(&mut self, millis: i64) -> Result<(), StoreError> {
        let shift = sqlx::query(SHIFT)
            .bind(millis)
            // Whole seconds inside, which can be read back.
            .bind((Timestamp::MIN.as_second() + 1) * 1_000)
            .bind((Timestamp::MAX.as_second() - 1) * 1_000);
        self.change(shift).await?;
        Ok(())
    }

    async fn delete(&mut self, id: &SessionId) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(&id.0[..])).await? > 0)
    }

    async fn delete_of(
        &mut self,
        user: &UserName,
        keep: Option<&SessionId>,
    ) -> Result<u64, StoreError> {
        let keep = keep.map(|id| &id.0[..]);
        self.change(sqlx::query(DELETE_OF).bind(user.as_str()).bind(keep)).await
    }

    async fn delete_expired(
        &mut self,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<u64, StoreError> {
        let delete = sqlx::query(DELETE_EXPIRED)
            .bind(now.as_millisecond())
            .bind(idle_since.as_millisecond());
        self.change(delete).await
    }
}

fn read(row: &SqliteRow) -> Result<SessionRecord, StoreError> {
    let mut cells = Cells::new("sessions", row);
    Ok(SessionRecord {
        id: cells.parse("id", |id: &[u8]| id.try_into().ok().map(SessionId))?,
        handle: cells.parse("handle", |id: &[u8]| id.try_into().ok().map(SessionHandle))?,
        user: cells.parse("user", |name| UserName::parse(name).ok())?,
        created_at: cells.time("created_at")?,
        last_used_at: cells.time("last_used_at")?,
        expires_at: cells.time("expires_at")?,
        address: cells
            .parse("address", |address: Option<&str>| address.map(str::parse).transpose().ok())?,
        user_agent: cells.get("user_agent")?,
    })
}

/// Hexadecimal digits and numbers need no escaping.
fn to_json(used: &[(SessionId, Timestamp)]) -> String {
    let pairs: Vec<_> = used
        .iter()
        .map(|(id, at)| format!("[\"{}\",{}]", hex(&id.0), at.as_millisecond()))
        .collect();
    format!("[{}]", pairs.join(","))
}

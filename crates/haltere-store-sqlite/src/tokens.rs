//! The table `tokens`.

use async_trait::async_trait;
use haltere_core::{Role, Timestamp, TokenId, TokenName, UserName};
use haltere_store::{StoreError, TokenReads, TokenRecord, TokenWrites};
use sqlx::sqlite::SqliteRow;

use crate::row::{Cells, hex};
use crate::tx::Tx;

/// The columns, in the order of [`TokenRecord`].
macro_rules! columns {
    () => {
        "id, name, description, owner, role, created_at, expires_at, last_used_at, read_only, \
         connections, labels, networks, actions"
    };
}

const LIST: &str = concat!("SELECT ", columns!(), " FROM tokens ORDER BY name");
const FIND: &str = concat!("SELECT ", columns!(), " FROM tokens WHERE id = $1");
const INSERT: &str = concat!(
    "INSERT INTO tokens (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
);
/// One statement however many tokens: $1 is a JSON array of `["<id in hex>", <milliseconds>]`.
const TOUCH: &str = "UPDATE tokens SET last_used_at = used.at \
    FROM (SELECT unhex(value ->> 0) AS id, max(value ->> 1) AS at FROM json_each($1) GROUP BY 1) \
         AS used \
    WHERE tokens.id = used.id AND coalesce(tokens.last_used_at < used.at, TRUE)";
const DELETE: &str = "DELETE FROM tokens WHERE id = $1";
const DELETE_OF: &str = "DELETE FROM tokens WHERE owner = $1";

#[async_trait]
impl TokenReads for Tx {
    async fn list(&mut self) -> Result<Vec<TokenRecord>, StoreError> {
        self.rows(sqlx::query(LIST)).await?.iter().map(read).collect()
    }

    async fn find(&mut self, id: &TokenId) -> Result<Option<TokenRecord>, StoreError> {
        self.row(sqlx::query(FIND).bind(&id.0[..])).await?.as_ref().map(read).transpose()
    }
}

#[async_trait]
impl TokenWrites for Tx {
    async fn insert(&mut self, record: &TokenRecord) -> Result<(), StoreError> {
        let TokenRecord {
            id,
            name,
            description,
            owner,
            role,
            created_at,
            expires_at,
            last_used_at,
            read_only,
            connections,
            labels,
            networks,
            actions,
        } = record;
        let insert = sqlx::query(INSERT)
            .bind(&id.0[..])
            .bind(name.as_str())
            .bind(description.as_str())
            .bind(owner.as_str())
            .bind(role.as_str())
            .bind(created_at.as_millisecond())
            .bind(expires_at.as_millisecond())
            .bind(last_used_at.map(Timestamp::as_millisecond))
            .bind(*read_only)
            .bind(connections.as_deref())
            .bind(labels.as_deref())
            .bind(networks.as_deref())
            .bind(actions.as_deref());
        self.change(insert).await?;
        Ok(())
    }

    async fn touch(&mut self, used: &[(TokenId, Timestamp)]) -> Result<(), StoreError> {
        if !used.is_empty() {
            self.change(sqlx::query(TOUCH).bind(to_json(used))).await?;
        }
        Ok(())
    }

    async fn delete(&mut self, id: &TokenId) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(&id.0[..])).await? > 0)
    }

    async fn delete_of(&mut self, owner: &UserName) -> Result<u64, StoreError> {
        self.change(sqlx::query(DELETE_OF).bind(owner.as_str())).await
    }
}

fn read(row: &SqliteRow) -> Result<TokenRecord, StoreError> {
    let mut cells = Cells::new("tokens", row);
    // In the order of the columns.
    Ok(TokenRecord {
        id: cells.parse("id", |id: &[u8]| id.try_into().ok().map(TokenId))?,
        name: cells.parse("name", |name| TokenName::parse(name).ok())?,
        description: cells.get("description")?,
        owner: cells.parse("owner", |name| UserName::parse(name).ok())?,
        role: cells.parse("role", |role: &str| role.parse::<Role>().ok())?,
        created_at: cells.time("created_at")?,
        expires_at: cells.time("expires_at")?,
        last_used_at: cells.parse("last_used_at", |millis: Option<i64>| {
            millis.map(Timestamp::from_millisecond).transpose().ok()
        })?,
        read_only: cells.get("read_only")?,
        connections: cells.get("connections")?,
        labels: cells.get("labels")?,
        networks: cells.get("networks")?,
        actions: cells.get("actions")?,
    })
}

/// Hexadecimal digits and numbers need no escaping.
fn to_json(used: &[(TokenId, Timestamp)]) -> String {
    let pairs: Vec<_> = used
        .iter()
        .map(|(id, at)| format!("[\"{}\",{}]", hex(&id.0), at.as_millisecond()))
        .collect();
    format!("[{}]", pairs.join(","))
}

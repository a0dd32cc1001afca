//! The table `users`.

use async_trait::async_trait;
use haltere_core::{Role, Roles, UserName};
use haltere_store::{StoreError, UserReads, UserRecord, UserWrites};
use sqlx::sqlite::SqliteRow;

use crate::row::Cells;
use crate::tx::Tx;

/// The columns, in the order of [`UserRecord`].
macro_rules! columns {
    () => {
        "name, password_hash, initial_password, roles, created_at, updated_at"
    };
}

const LIST: &str = concat!("SELECT ", columns!(), " FROM users ORDER BY name");
const FIND: &str = concat!("SELECT ", columns!(), " FROM users WHERE name = $1");
const INSERT: &str =
    concat!("INSERT INTO users (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6)");
const UPDATE: &str = "UPDATE users SET password_hash = $2, initial_password = $3, roles = $4, \
    updated_at = $5 WHERE name = $1";
const DELETE: &str = "DELETE FROM users WHERE name = $1";

#[async_trait]
impl UserReads for Tx {
    async fn list(&mut self) -> Result<Vec<UserRecord>, StoreError> {
        self.rows(sqlx::query(LIST)).await?.iter().map(read).collect()
    }

    async fn find(&mut self, name: &UserName) -> Result<Option<UserRecord>, StoreError> {
        self.row(sqlx::query(FIND).bind(name.as_str())).await?.as_ref().map(read).transpose()
    }
}

#[async_trait]
impl UserWrites for Tx {
    async fn insert(&mut self, record: &UserRecord) -> Result<(), StoreError> {
        let UserRecord { name, password_hash, initial_password, roles, created_at, updated_at } =
            record;
        let insert = sqlx::query(INSERT)
            .bind(name.as_str())
            .bind(password_hash.as_str())
            .bind(*initial_password)
            .bind(roles_to_text(*roles))
            .bind(created_at.as_millisecond())
            .bind(updated_at.as_millisecond());
        self.change(insert).await?;
        Ok(())
    }

    async fn update(&mut self, record: &UserRecord) -> Result<(), StoreError> {
        let UserRecord { name, password_hash, initial_password, roles, created_at: _, updated_at } =
            record;
        let update = sqlx::query(UPDATE)
            .bind(name.as_str())
            .bind(password_hash.as_str())
            .bind(*initial_password)
            .bind(roles_to_text(*roles))
            .bind(updated_at.as_millisecond());
        match self.change(update).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    async fn delete(&mut self, name: &UserName) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(name.as_str())).await? > 0)
    }
}

fn read(row: &SqliteRow) -> Result<UserRecord, StoreError> {
    let mut cells = Cells::new("users", row);
    Ok(UserRecord {
        name: cells.parse("name", |name| UserName::parse(name).ok())?,
        password_hash: cells.get("password_hash")?,
        initial_password: cells.get("initial_password")?,
        roles: cells.parse("roles", roles_from_text)?,
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
    })
}

fn roles_to_text(roles: Roles) -> String {
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(",")
}

fn roles_from_text(text: &str) -> Option<Roles> {
    text.split(',').map(|role| role.parse::<Role>().ok()).collect()
}

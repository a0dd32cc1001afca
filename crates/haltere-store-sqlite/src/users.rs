//! The tables `users` and `preferences`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haltere_core::{Role, Roles, Timestamp, UserName};
use haltere_store::{Invitation, InvitationId, StoreError, UserReads, UserRecord, UserWrites};
use sqlx::sqlite::SqliteRow;

use crate::row::Cells;
use crate::tx::Tx;

/// The columns, in the order of [`UserRecord`].
macro_rules! columns {
    () => {
        "name, password_hash, initial_password, roles, disabled, must_change_password, last_login_at, \
         invitation, invitation_expires_at, created_at, updated_at"
    };
}

/// The same with what is in another table.
macro_rules! select {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM second_factors WHERE user = name AND confirmed_at IS NOT NULL) \
             FROM users"
        )
    };
}

const LIST: &str = concat!(select!(), " ORDER BY name");
const FIND: &str = concat!(select!(), " WHERE name = $1");
const FIND_INVITED: &str = concat!(select!(), " WHERE invitation = $1");
const INSERT: &str = concat!(
    "INSERT INTO users (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
);
const UPDATE: &str = "UPDATE users SET password_hash = $2, initial_password = $3, roles = $4, \
    disabled = $5, must_change_password = $6, invitation = $7, invitation_expires_at = $8, \
    updated_at = $9 WHERE name = $1";
const SET_LAST_LOGIN: &str = "UPDATE users SET last_login_at = $2 WHERE name = $1";
const PREFERENCES: &str = "SELECT name, value FROM preferences WHERE user = $1";
const SET_PREFERENCE: &str = "INSERT INTO preferences (user, name, value) VALUES ($1, $2, $3) \
    ON CONFLICT (user, name) DO UPDATE SET value = excluded.value";
const REMOVE_PREFERENCE: &str = "DELETE FROM preferences WHERE user = $1 AND name = $2";
const DELETE: &str = "DELETE FROM users WHERE name = $1";

#[async_trait]
impl UserReads for Tx {
    async fn list(&mut self) -> Result<Vec<UserRecord>, StoreError> {
        self.rows(sqlx::query(LIST)).await?.iter().map(read).collect()
    }

    async fn find(&mut self, name: &UserName) -> Result<Option<UserRecord>, StoreError> {
        self.row(sqlx::query(FIND).bind(name.as_str())).await?.as_ref().map(read).transpose()
    }

    async fn find_invited(&mut self, id: &InvitationId) -> Result<Option<UserRecord>, StoreError> {
        self.row(sqlx::query(FIND_INVITED).bind(&id.0[..])).await?.as_ref().map(read).transpose()
    }

    async fn preferences(
        &mut self,
        user: &UserName,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let rows = self.rows(sqlx::query(PREFERENCES).bind(user.as_str())).await?;
        let read = |row: &SqliteRow| -> Result<(String, String), StoreError> {
            let mut cells = Cells::new("preferences", row);
            Ok((cells.get("name")?, cells.get("value")?))
        };
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl UserWrites for Tx {
    async fn insert(&mut self, record: &UserRecord) -> Result<(), StoreError> {
        let UserRecord {
            name,
            password_hash,
            initial_password,
            roles,
            disabled,
            must_change_password,
            last_login_at,
            invitation,
            has_second_factor: _,
            created_at,
            updated_at,
        } = record;
        let insert = sqlx::query(INSERT)
            .bind(name.as_str())
            .bind(password_hash.as_deref().unwrap_or_default())
            .bind(*initial_password)
            .bind(roles_to_text(*roles))
            .bind(*disabled)
            .bind(*must_change_password)
            .bind(last_login_at.map(Timestamp::as_millisecond))
            .bind(invitation.as_ref().map(|invitation| &invitation.id.0[..]))
            .bind(invitation.map(|invitation| invitation.expires_at.as_millisecond()))
            .bind(created_at.as_millisecond())
            .bind(updated_at.as_millisecond());
        self.change(insert).await?;
        Ok(())
    }

    async fn update(&mut self, record: &UserRecord) -> Result<(), StoreError> {
        let UserRecord {
            name,
            password_hash,
            initial_password,
            roles,
            disabled,
            must_change_password,
            last_login_at: _,
            invitation,
            has_second_factor: _,
            created_at: _,
            updated_at,
        } = record;
        let update = sqlx::query(UPDATE)
            .bind(name.as_str())
            .bind(password_hash.as_deref().unwrap_or_default())
            .bind(*initial_password)
            .bind(roles_to_text(*roles))
            .bind(*disabled)
            .bind(*must_change_password)
            .bind(invitation.as_ref().map(|invitation| &invitation.id.0[..]))
            .bind(invitation.map(|invitation| invitation.expires_at.as_millisecond()))
            .bind(updated_at.as_millisecond());
        match self.change(update).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    async fn set_last_login(&mut self, name: &UserName, at: Timestamp) -> Result<(), StoreError> {
        let set = sqlx::query(SET_LAST_LOGIN).bind(name.as_str()).bind(at.as_millisecond());
        self.change(set).await?;
        Ok(())
    }

    async fn set_preference(
        &mut self,
        user: &UserName,
        name: &str,
        value: Option<&str>,
    ) -> Result<(), StoreError> {
        let change = match value {
            Some(value) => sqlx::query(SET_PREFERENCE).bind(user.as_str()).bind(name).bind(value),
            None => sqlx::query(REMOVE_PREFERENCE).bind(user.as_str()).bind(name),
        };
        self.change(change).await?;
        Ok(())
    }

    async fn delete(&mut self, name: &UserName) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(name.as_str())).await? > 0)
    }
}

fn read(row: &SqliteRow) -> Result<UserRecord, StoreError> {
    let mut cells = Cells::new("users", row);
    // In the order of the columns.
    Ok(UserRecord {
        name: cells.parse("name", |name| UserName::parse(name).ok())?,
        password_hash: Some(cells.get("password_hash")?).filter(|hash: &String| !hash.is_empty()),
        initial_password: cells.get("initial_password")?,
        roles: cells.parse("roles", roles_from_text)?,
        disabled: cells.get("disabled")?,
        must_change_password: cells.get("must_change_password")?,
        last_login_at: time(&mut cells, "last_login_at")?,
        invitation: invitation(&mut cells)?,
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
        has_second_factor: cells.get("second_factors")?,
    })
}

fn invitation(cells: &mut Cells<'_>) -> Result<Option<Invitation>, StoreError> {
    let id = cells.parse("invitation", |id: Option<&[u8]>| {
        id.map(|id| id.try_into().map(InvitationId)).transpose().ok()
    })?;
    let expires_at = time(cells, "invitation_expires_at")?;
    Ok(id.zip(expires_at).map(|(id, expires_at)| Invitation { id, expires_at }))
}

/// A time that may be absent.
fn time(cells: &mut Cells<'_>, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    cells.parse(column, |millis: Option<i64>| {
        millis.map(Timestamp::from_millisecond).transpose().ok()
    })
}

fn roles_to_text(roles: Roles) -> String {
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(",")
}

fn roles_from_text(text: &str) -> Option<Roles> {
    text.split(',').map(|role| role.parse::<Role>().ok()).collect()
}

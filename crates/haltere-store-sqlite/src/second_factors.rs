//! The tables `second_factors`, `recovery_codes` and `second_factor_resets`.

use async_trait::async_trait;
use haltere_core::{Timestamp, UserName};
use haltere_store::{
    RecoveryCodeId, Sealed, SecondFactorReads, SecondFactorRecord, SecondFactorReset,
    SecondFactorWrites, StoreError,
};
use sqlx::sqlite::SqliteRow;

use crate::row::Cells;
use crate::tx::Tx;

const LIST: &str = "SELECT user, secret, confirmed_at, last_step FROM second_factors ORDER BY user";
const FIND: &str =
    "SELECT user, secret, confirmed_at, last_step FROM second_factors WHERE user = $1";
const CODES_LEFT: &str = "SELECT count(*) FROM recovery_codes WHERE user = $1";
const RESET_OF: &str = "SELECT user, reset_at, reset_by FROM second_factor_resets WHERE user = $1";
const PUT: &str = "INSERT INTO second_factors (user, secret, confirmed_at, last_step) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (user) DO UPDATE SET secret = excluded.secret, \
    confirmed_at = excluded.confirmed_at, last_step = excluded.last_step";
const ACCEPT_STEP: &str =
    "UPDATE second_factors SET last_step = $2 WHERE user = $1 AND last_step < $2";
const DELETE_CODES: &str = "DELETE FROM recovery_codes WHERE user = $1";
const INSERT_CODE: &str = "INSERT INTO recovery_codes (user, code) VALUES ($1, $2)";
const USE_CODE: &str = "DELETE FROM recovery_codes WHERE user = $1 AND code = $2";
const DELETE: &str = "DELETE FROM second_factors WHERE user = $1";
const NOTE_RESET: &str = "INSERT INTO second_factor_resets (user, reset_at, reset_by) \
    VALUES ($1, $2, $3) ON CONFLICT (user) DO UPDATE SET reset_at = excluded.reset_at, \
    reset_by = excluded.reset_by";
const FORGET_RESET: &str = "DELETE FROM second_factor_resets WHERE user = $1";

#[async_trait]
impl SecondFactorReads for Tx {
    async fn list(&mut self) -> Result<Vec<SecondFactorRecord>, StoreError> {
        self.rows(sqlx::query(LIST)).await?.iter().map(read).collect()
    }

    async fn find(&mut self, user: &UserName) -> Result<Option<SecondFactorRecord>, StoreError> {
        self.row(sqlx::query(FIND).bind(user.as_str())).await?.as_ref().map(read).transpose()
    }

    async fn recovery_codes_left(&mut self, user: &UserName) -> Result<u64, StoreError> {
        let row = self.row(sqlx::query(CODES_LEFT).bind(user.as_str())).await?;
        let count = |row| {
            let count = |count: i64| u64::try_from(count).ok();
            Cells::new("recovery_codes", row).parse("count", count)
        };
        Ok(row.as_ref().map(count).transpose()?.unwrap_or_default())
    }

    async fn reset_of(&mut self, user: &UserName) -> Result<Option<SecondFactorReset>, StoreError> {
        let Some(row) = self.row(sqlx::query(RESET_OF).bind(user.as_str())).await? else {
            return Ok(None);
        };
        let mut cells = Cells::new("second_factor_resets", &row);
        Ok(Some(SecondFactorReset {
            user: cells.parse("user", user_name)?,
            at: cells.time("reset_at")?,
            by: cells.get("reset_by")?,
        }))
    }
}

#[async_trait]
impl SecondFactorWrites for Tx {
    async fn put(&mut self, record: &SecondFactorRecord) -> Result<(), StoreError> {
        let SecondFactorRecord { user, secret: Sealed(secret), confirmed_at, last_step } = record;
        let put = sqlx::query(PUT)
            .bind(user.as_str())
            .bind(&secret[..])
            .bind(confirmed_at.map(Timestamp::as_millisecond))
            .bind(*last_step);
        self.change(put).await?;
        Ok(())
    }

    async fn accept_step(&mut self, user: &UserName, step: i64) -> Result<bool, StoreError> {
        let accept = sqlx::query(ACCEPT_STEP).bind(user.as_str()).bind(step);
        Ok(self.change(accept).await? > 0)
    }

    async fn set_recovery_codes(
        &mut self,
        user: &UserName,
        codes: &[RecoveryCodeId],
    ) -> Result<(), StoreError> {
        self.change(sqlx::query(DELETE_CODES).bind(user.as_str())).await?;
        for code in codes {
            self.change(sqlx::query(INSERT_CODE).bind(user.as_str()).bind(&code.0[..])).await?;
        }
        Ok(())
    }

    async fn use_recovery_code(
        &mut self,
        user: &UserName,
        code: &RecoveryCodeId,
    ) -> Result<bool, StoreError> {
        let remove = sqlx::query(USE_CODE).bind(user.as_str()).bind(&code.0[..]);
        Ok(self.change(remove).await? > 0)
    }

    async fn delete(&mut self, user: &UserName) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(user.as_str())).await? > 0)
    }

    async fn note_reset(&mut self, reset: &SecondFactorReset) -> Result<(), StoreError> {
        let SecondFactorReset { user, at, by } = reset;
        let note =
            sqlx::query(NOTE_RESET).bind(user.as_str()).bind(at.as_millisecond()).bind(by.as_str());
        self.change(note).await?;
        Ok(())
    }

    async fn forget_reset(&mut self, user: &UserName) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(FORGET_RESET).bind(user.as_str())).await? > 0)
    }
}

fn read(row: &SqliteRow) -> Result<SecondFactorRecord, StoreError> {
    let mut cells = Cells::new("second_factors", row);
    Ok(SecondFactorRecord {
        user: cells.parse("user", user_name)?,
        secret: Sealed(cells.get("secret")?),
        confirmed_at: cells.parse("confirmed_at", |millis: Option<i64>| {
            millis.map(Timestamp::from_millisecond).transpose().ok()
        })?,
        last_step: cells.get("last_step")?,
    })
}

fn user_name(text: &str) -> Option<UserName> {
    UserName::parse(text).ok()
}

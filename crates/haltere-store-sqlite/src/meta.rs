//! The tables `meta` and `revisions`.

use async_trait::async_trait;
use haltere_store::{ChangeCounters, MetaReads, MetaWrites, StoreError};

use crate::row::Cells;
use crate::tx::Tx;

const GET: &str = "SELECT value FROM meta WHERE name = $1";
const SET: &str = "INSERT INTO meta (name, value) VALUES ($1, $2) \
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const DELETE: &str = "DELETE FROM meta WHERE name = $1";
const CHANGE_COUNTERS: &str = "SELECT connections, sessions, plugins FROM revisions";

#[async_trait]
impl MetaReads for Tx {
    async fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.row(sqlx::query(GET).bind(name)).await?;
        row.map(|row| Cells::new("meta", &row).get("value")).transpose()
    }

    async fn change_counters(&mut self) -> Result<ChangeCounters, StoreError> {
        let row = self.row(sqlx::query(CHANGE_COUNTERS)).await?.ok_or(StoreError::NotFound)?;
        let mut cells = Cells::new("revisions", &row);
        let found = ChangeCounters {
            connections: cells.get("connections")?,
            sessions: cells.get("sessions")?,
            plugins: cells.get("plugins")?,
        };
        self.note_counters(found)?;
        Ok(found)
    }
}

#[async_trait]
impl MetaWrites for Tx {
    async fn set(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.change(sqlx::query(SET).bind(name).bind(value)).await?;
        Ok(())
    }

    async fn delete(&mut self, name: &str) -> Result<bool, StoreError> {
        Ok(self.change(sqlx::query(DELETE).bind(name)).await? > 0)
    }
}

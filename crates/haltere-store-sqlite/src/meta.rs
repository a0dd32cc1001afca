//! The tables `meta` and `revisions`.

use async_trait::async_trait;
use haltere_store::{MetaReads, MetaWrites, Revisions, StoreError};

use crate::row::Cells;
use crate::tx::Tx;

const GET: &str = "SELECT value FROM meta WHERE name = $1";
const SET: &str = "INSERT INTO meta (name, value) VALUES ($1, $2) \
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const DELETE: &str = "DELETE FROM meta WHERE name = $1";
const REVISIONS: &str = "SELECT connections, sessions, plugins FROM revisions";

#[async_trait]
impl MetaReads for Tx {
    async fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.row(sqlx::query(GET).bind(name)).await?;
        row.map(|row| Cells::new("meta", &row).get("value")).transpose()
    }

    async fn revisions(&mut self) -> Result<Revisions, StoreError> {
        let row = self.row(sqlx::query(REVISIONS)).await?.ok_or(StoreError::NotFound)?;
        let mut cells = Cells::new("revisions", &row);
        let found = Revisions {
            connections: cells.get("connections")?,
            sessions: cells.get("sessions")?,
            plugins: cells.get("plugins")?,
        };
        self.note_revisions(found)?;
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

//! The table `plugins`.

use async_trait::async_trait;
use haltere_core::PluginId;
use haltere_store::{PluginReads, PluginWrites, StoreError};
use sqlx::sqlite::SqliteRow;

use crate::row::Cells;
use crate::tx::Tx;

const LIST: &str = "SELECT id, enabled FROM plugins ORDER BY id";
const SET: &str = "INSERT INTO plugins (id, enabled) VALUES ($1, $2) \
    ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled";

#[async_trait]
impl PluginReads for Tx {
    async fn list(&mut self) -> Result<Vec<(PluginId, bool)>, StoreError> {
        self.rows(sqlx::query(LIST)).await?.iter().map(read).collect()
    }
}

#[async_trait]
impl PluginWrites for Tx {
    async fn set(&mut self, plugin: PluginId, enabled: bool) -> Result<(), StoreError> {
        self.change(sqlx::query(SET).bind(plugin.as_str()).bind(enabled)).await?;
        Ok(())
    }
}

fn read(row: &SqliteRow) -> Result<(PluginId, bool), StoreError> {
    let mut cells = Cells::new("plugins", row);
    Ok((cells.parse("id", |id: &str| id.parse().ok())?, cells.get("enabled")?))
}

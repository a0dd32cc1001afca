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
        let rows = self.rows(sqlx::query(LIST)).await?;
        rows.iter().filter_map(|row| read(row).transpose()).collect()
    }
}

#[async_trait]
impl PluginWrites for Tx {
    async fn set(&mut self, plugin: PluginId, enabled: bool) -> Result<(), StoreError> {
        self.change(sqlx::query(SET).bind(plugin.as_str()).bind(enabled)).await?;
        Ok(())
    }
}

/// `None` if it is a plugin that only earlier versions had.
fn read(row: &SqliteRow) -> Result<Option<(PluginId, bool)>, StoreError> {
    let mut cells = Cells::new("plugins", row);
    let is_former = |id: &str| PluginId::FORMER.contains(&id);
    let id = cells.parse("id", |id: &str| match id.parse() {
        Ok(plugin) => Some(Some(plugin)),
        Err(_) => is_former(id).then_some(None),
    })?;
    let enabled = cells.get("enabled")?;
    Ok(id.map(|id| (id, enabled)))
}

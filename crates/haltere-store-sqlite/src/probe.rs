//! Finding out whether a disk takes something again.

use std::sync::Arc;

use haltere_store::{StoreError, WriteTx as _};
use sqlx::SqlitePool;

use crate::condition::Condition;
use crate::tx::Tx;

const NAME: &str = "store.probe";
/// As much as a large change, so that a disk on which a few bytes are left does not count as well.
const BYTES: usize = 64 << 10;

/// Commits something, and then that it is gone: within one transaction it would never reach the disk.
pub(crate) async fn run(writer: &SqlitePool, condition: &Arc<Condition>) -> Result<(), StoreError> {
    write(writer, condition, &vec![0; BYTES]).await?;
    write(writer, condition, &[]).await
}

async fn write(
    writer: &SqlitePool,
    condition: &Arc<Condition>,
    value: &[u8],
) -> Result<(), StoreError> {
    let mut tx = Tx::write(writer, condition).await?;
    tx.meta().set(NAME, value).await?;
    Box::new(tx).commit().await
}

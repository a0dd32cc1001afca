//! The instance id: distinguishes its links from those of other instances on the same broker.

use haltere_store::{MetaReads, MetaWrites, StoreError, Transactions};

use crate::error::{ErrorContext, Internal};

/// The id among the store's meta values.
const INSTANCE: &str = "instance.id";

/// Reads the instance id, or generates one on the first start.
pub(crate) async fn of(store: &dyn Transactions) -> Result<String, Internal> {
    const OPERATION: &str = "read the instance id";
    let mut read = store.read().await.context(OPERATION)?;
    let mut known = read.meta().get(INSTANCE).await.context(OPERATION)?;
    drop(read);
    if known.is_none() {
        let mut write = store.write().await.context(OPERATION)?;
        // Another process may have been faster.
        known = write.meta().get(INSTANCE).await.context(OPERATION)?;
        if known.is_none() {
            known = Some(renew(write.meta()).await.context(OPERATION)?);
            write.commit().await.context(OPERATION)?;
        }
    }
    String::from_utf8(known.unwrap_or_default()).context(OPERATION)
}

/// The instance id; empty before the first start, when no link has used it yet.
pub(crate) async fn known(meta: &mut dyn MetaReads) -> Result<String, StoreError> {
    let known = meta.get(INSTANCE).await?;
    Ok(String::from_utf8(known.unwrap_or_default()).unwrap_or_default())
}

/// Gives the instance a new id.
pub(crate) async fn renew(meta: &mut dyn MetaWrites) -> Result<Vec<u8>, StoreError> {
    let new = format!("{:08x}", rand::random::<u32>()).into_bytes();
    meta.set(INSTANCE, &new).await?;
    Ok(new)
}

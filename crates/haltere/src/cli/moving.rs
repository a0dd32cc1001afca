//! What `haltere import` and `haltere export` have in common: the data folder, beside a running server or
//! without one.

use std::sync::Arc;

use anyhow::Context as _;
use haltere_app::Ctx;
use haltere_app::connections::Mover;
use tokio::runtime::Builder;

use super::sources::Common;
use super::tell;
use crate::data_dir::DataDir;
use crate::wiring;

/// Opens the data folder, does `job`, and closes it again.
pub(super) fn with_mover<T>(
    common: Common,
    job: impl AsyncFnOnce(&Mover, &Ctx) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let settings = common.load()?.settings;
    let data = DataDir::open(&settings.data.dir)?;
    let _keys = data.hold_keys()?;
    let master_key = wiring::master_key(&settings.data, &data)?;
    if settings.data.master_key.is_none()
        && let Some(warning) = data.exposed_master_key()
    {
        tell(&format!("haltere: {warning}"));
    }
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.context("failed to start the runtime")?.block_on(async {
        let store = wiring::store_beside(&data).await?;
        let mover = wiring::mover(&settings, Arc::clone(&store), master_key).await;
        let outcome = match mover {
            Ok(mover) => {
                let ctx = Ctx::system(format!("cli-{:016x}", rand::random::<u64>()));
                job(&mover, &ctx).await
            }
            Err(error) => Err(error),
        };
        store.close().await;
        outcome
    })
}

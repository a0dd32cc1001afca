//! What `haltere import` and `haltere export` have in common: the data folder, with or without a running
//! server.

use std::sync::Arc;

use haltere_app::Ctx;
use haltere_app::connections::Transfer;
use haltere_app::users::Users;
use haltere_store::Store;

use super::sources::Common;
use super::{block_on, notice};
use crate::data_dir::{DataDir, exposed_master_key};
use crate::wiring;

/// Opens the data folder, does `job`, and closes it again.
pub(super) fn with_transfer<T>(
    common: Common,
    job: impl AsyncFnOnce(&Transfer, &Users, &Ctx) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let loaded = common.load()?;
    let key_file = loaded.master_key_file();
    let settings = loaded.settings;
    let data = DataDir::open(&settings.data.dir)?;
    block_on(wiring::check_database(&data))?;
    let _keys = data.hold_keys()?;
    let master_key = wiring::master_key(&settings.data, &data)?;
    if let Some(warning) = key_file.as_deref().and_then(exposed_master_key) {
        notice(&format!("haltere: {warning}"));
    }
    block_on(async {
        let store = wiring::store_for_command(&data).await?;
        let transfer = wiring::transfer(&settings, Arc::clone(&store), master_key).await;
        let outcome = match transfer {
            Ok(transfer) => {
                let ctx = Ctx::command_line(format!("cli-{:016x}", rand::random::<u64>()));
                let users = wiring::users(Arc::<dyn Store>::clone(&store));
                let outcome = job(&transfer, &users, &ctx).await;
                transfer.close().await;
                outcome
            }
            Err(error) => Err(error),
        };
        store.close().await;
        outcome
    })
}

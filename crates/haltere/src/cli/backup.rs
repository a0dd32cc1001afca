//! `haltere backup`: works with or without a running server.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_app::backups::Created;
use haltere_app::vault::KeyStatus;

use super::sources::Common;
use super::{block_on, cli_ctx, counted, notice};
use crate::atomic_file::{self, AtomicFile, IfExists};
use crate::data_dir::DataDir;
use crate::wiring;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// The file to write, outside of the data folder
    file: PathBuf,

    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let loaded = self.common.load()?;
        let data = DataDir::open(&loaded.settings.data.dir)?;
        let if_exists =
            if self.force { IfExists::Replace } else { IfExists::Refuse("--force replaces it") };
        check_place(&self.file, &data)?;
        let draft = AtomicFile::begin(&self.file, if_exists)?;
        let (created, keys) = block_on(async {
            let store = wiring::store_for_command(&data).await?;
            let name = draft.target().display().to_string();
            let created = wiring::backups(&store).create(&cli_ctx(), draft.path(), &name).await;
            let keys = wiring::keyring(&store).status().await;
            store.close().await;
            Ok((created.context("failed to make the backup")?, keys))
        })?;
        draft.publish()?;
        let place = loaded.source_of("data.master_key");
        let place = place.unwrap_or_else(|| data.master_key_file().display().to_string());
        say_what_is_in_it(&self.file, created, keys.ok().as_ref(), &place);
        Ok(())
    }
}

/// A backup in the data folder would be lost together with what it is a backup of.
fn check_place(target: &Path, data: &DataDir) -> anyhow::Result<()> {
    let folder = atomic_file::folder_of(target);
    let folder = folder
        .canonicalize()
        .with_context(|| format!("failed to look into {}", folder.display()))?;
    if folder.starts_with(data.path().canonicalize()?) {
        bail!(
            "{} is in the data folder, where it would be lost together with what it is a backup of; name a file elsewhere",
            target.display()
        );
    }
    Ok(())
}

fn say_what_is_in_it(file: &Path, created: Created, keys: Option<&KeyStatus>, place: &str) {
    let Created { facts, unaudited } = created;
    let size = super::human_size(facts.bytes);
    notice(&format!(
        "backed up {} and {} as of {} to {} ({size})",
        counted(facts.connections, "connection"),
        counted(facts.users, "user"),
        facts.made_at,
        file.display()
    ));
    if let Some(keys) = keys {
        notice(&format!(
            "Passwords and private keys of connections are in it sealed; the master key that opens them (id {}) is not in it. \
             That key comes from {place}: keep a copy of it, apart from the backup. Without it, they are lost.",
            keys.current
        ));
    }
    if let Some(error) = unaudited.map(anyhow::Error::from) {
        notice(&format!(
            "warning: the backup is whole, but the audit trail does not mention it: {error:#}"
        ));
    }
}

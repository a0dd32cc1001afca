//! `haltere audit checkpoint`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use haltere_api::audit_files;
use haltere_app::vault::Vault;

use crate::atomic_file::{AtomicFile, IfExists};
use crate::cli::sources::Common;
use crate::cli::{block_on, cli_ctx, notice, print};
use crate::data_dir::DataDir;
use crate::wiring;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// The file to write, which must not exist yet. Left out: standard output
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Self { common, file } = self;
        let settings = common.load()?.settings;
        let data = DataDir::open(&settings.data.dir)?;
        block_on(wiring::check_database(&data))?;
        let _keys = data.hold_keys()?;
        let key = wiring::master_key(&settings.data, &data)?;
        // Before the trail says that there is a checkpoint.
        let draft =
            file.map(|file| AtomicFile::begin(&file, IfExists::Refuse("nothing was written")));
        let draft = draft.transpose()?;
        let checkpoint = block_on(async {
            let store = wiring::store_for_command(&data).await?;
            let outcome = async {
                let vault = Vault::existing(&*store, &key).await?;
                anyhow::Ok(wiring::audit_trail(&store).checkpoint(&cli_ctx(), &vault).await?)
            }
            .await;
            store.close().await;
            outcome.context("failed to make a checkpoint")
        })?;
        let text = audit_files::write_checkpoint(&checkpoint);
        match draft {
            None => print(&text)?,
            Some(mut draft) => {
                let path = draft.target().display().to_string();
                let out = draft.file();
                let written = out.write_all(text.as_bytes()).and_then(|()| out.sync_all());
                written.with_context(|| format!("failed to write {path}"))?;
                draft.publish()?;
            }
        }
        notice(&format!(
            "the public key is {}; keep it apart from the checkpoints",
            audit_files::public_key_text(&checkpoint.public_key)
        ));
        Ok(())
    }
}

//! `haltere restore`: into an empty data folder, all or nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_app::vault::{MasterKey, Vault, Verified};
use haltere_store::Store;

use super::secrets::unreadable_lines;
use super::sources::Common;
use super::{block_on, cli_ctx, notice};
use crate::config::{Settings, read_secret_file};
use crate::data_dir::DataDir;
use crate::plain_file;
use crate::restore_target::{RestoreTarget, check_empty};
use crate::wiring::{self, BackupFile};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// The backup, made by `haltere backup`
    file: PathBuf,

    /// The master key the backup was sealed with [default: the configured one, else master.key in the data folder]
    #[arg(long, value_name = "FILE")]
    master_key_file: Option<PathBuf>,

    /// Keep the instance id, and with it the client ids brokers know us by. Only when the original will never run again
    #[arg(long)]
    keep_instance: bool,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let settings = self.common.load()?.settings;
        let folder = settings.data.dir.clone();
        check_empty(&folder)?;
        block_on(async {
            let describe = || format!("failed to use {} as a backup", self.file.display());
            plain_file::check(&fs::metadata(&self.file).with_context(describe)?)
                .with_context(describe)?;
            let backup = BackupFile::open(&self.file).await.with_context(describe)?;
            let key = choose_key(self.master_key_file.as_deref(), &settings, &backup).await?;
            // Everything that can be refused has been refused; only now is something written.
            let target = RestoreTarget::begin(&folder)?;
            let verified = fill(&target, &backup, &key.key, self.keep_instance)
                .await
                .with_context(|| format!("failed to restore into {}", folder.display()))?;
            target.finish(key.to_keep())?;
            say_what_was_restored(&folder, &backup, &verified, self.keep_instance);
            Ok(())
        })
    }
}

/// The backup's master key, and whether it has to be put into the data folder.
struct Key {
    key: MasterKey,
    from_elsewhere: bool,
}

impl Key {
    fn to_keep(&self) -> Option<&MasterKey> {
        self.from_elsewhere.then_some(&self.key)
    }
}

/// Finds the master key and makes sure that it is the right one. Writes nothing.
async fn choose_key(
    given: Option<&Path>,
    settings: &Settings,
    backup: &BackupFile,
) -> anyhow::Result<Key> {
    let inside = backup.look_inside().await.context("failed to look into the backup")?;
    let inside: Arc<dyn Store> = Arc::new(inside);
    let status =
        wiring::keyring(&inside).status().await.context("failed to look into the backup")?;
    let Some(key) = find_key(given, settings)? else {
        bail!(
            "the secrets in the backup are sealed with the master key {}; say where it is with --master-key-file",
            status.current
        );
    };
    Vault::existing(&*inside, &key.key)
        .await
        .context("failed to open the secrets in the backup")?;
    inside.close().await;
    Ok(key)
}

/// The key the server is going to be started with has to be the one that was given.
fn find_key(given: Option<&Path>, settings: &Settings) -> anyhow::Result<Option<Key>> {
    let given = given.map(read_key).transpose()?;
    let data = &settings.data;
    let there = match &data.master_key {
        Some(text) => Some(MasterKey::parse(text.expose()).context("data.master_key")?),
        None => DataDir::peek_master_key(&data.dir)?,
    };
    match (given, there) {
        (Some(given), Some(there)) if given.id() != there.id() => bail!(
            "--master-key-file names the key {}, and haltere would be started with another one, {}: from data.master_key or from the data folder",
            given.id(),
            there.id()
        ),
        (_, Some(key)) => Ok(Some(Key { key, from_elsewhere: false })),
        (Some(key), None) => Ok(Some(Key { key, from_elsewhere: true })),
        (None, None) => Ok(None),
    }
}

/// The master key in a file.
pub(super) fn read_key(path: &Path) -> anyhow::Result<MasterKey> {
    let text = haltere_core::Secret::new(read_secret_file(path)?);
    MasterKey::parse(text.expose()).with_context(|| path.display().to_string())
}

/// Prepares the database in a folder that no server uses yet.
async fn fill(
    target: &RestoreTarget,
    backup: &BackupFile,
    key: &MasterKey,
    keep_instance: bool,
) -> anyhow::Result<Verified> {
    backup.unpack(&target.database()).await.context("failed to unpack the backup")?;
    let store = wiring::store_at(&target.database()).await?;
    let ctx = cli_ctx();
    let ready = async {
        wiring::backups(&store).adopt(&ctx, backup.made_at(), keep_instance).await?;
        let keyring = wiring::keyring(&store);
        keyring.settle(&ctx, key).await?;
        anyhow::Ok(keyring.verify(&ctx, key, |_, _| {}).await?)
    }
    .await;
    store.close().await;
    ready
}

fn say_what_was_restored(folder: &Path, backup: &BackupFile, verified: &Verified, kept: bool) {
    notice(&format!(
        "restored {} connections from a backup of {} into {}",
        verified.connections,
        backup.made_at(),
        folder.display()
    ));
    let good = verified.secrets - verified.unreadable.len();
    notice(&format!("{good} of {} secrets can be opened", verified.secrets));
    for line in unreadable_lines(verified) {
        notice(&format!("warning: {line}"));
    }
    notice("Users have the passwords they had then; all users have to log in again.");
    if kept {
        notice("The instance id was kept: don't start the original again.");
    }
}

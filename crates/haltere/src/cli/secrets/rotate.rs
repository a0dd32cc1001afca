//! `haltere secrets rotate`.
//!
//! There is no moment at which a crash would leave a database and a key that don't fit: see
//! `haltere_app::vault::Keyring`. The old key opens the vault until the new one is in its place.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_app::vault::{Keyring, KeyringError, MasterKey};

use crate::cli::password::secret_from_stdin;
use crate::cli::restore::read_key;
use crate::cli::sources::Common;
use crate::cli::{block_on, cli_ctx, notice, print_quoting};
use crate::data_dir::DataDir;
use crate::wiring;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// A file with the new master key: 32 random bytes in base64 (openssl rand -base64 32) [default: a new one is made]
    #[arg(long, value_name = "FILE")]
    new_master_key_file: Option<PathBuf>,

    /// Read the new master key from standard input
    #[arg(long, conflicts_with = "new_master_key_file")]
    new_master_key_stdin: bool,

    /// Change the data key, which seals each secret, instead of the master key. The server must be stopped
    #[arg(long, conflicts_with_all = ["new_master_key_file", "new_master_key_stdin"])]
    data_key: bool,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let given = self.new_key()?;
        let loaded = self.common.load()?;
        let settings = &loaded.settings;
        let data = DataDir::open(&settings.data.dir)?;
        block_on(wiring::check_database(&data))?;
        let _lock = data.lock_keys()?;
        let current = wiring::master_key(&settings.data, &data)?;
        block_on(async {
            let store = wiring::store_for_command(&data).await?;
            let keyring = wiring::keyring(&store);
            let outcome = match loaded.source_of("data.master_key") {
                _ if self.data_key => reseal(&keyring, &current, &data).await,
                None => rotate_in_folder(&keyring, &current, given, &data).await,
                Some(place) => offer(&keyring, &current, given, &place).await,
            };
            store.close().await;
            outcome
        })
    }

    fn new_key(&self) -> anyhow::Result<Option<MasterKey>> {
        if self.new_master_key_stdin {
            let text = secret_from_stdin("master key")?;
            return Ok(Some(MasterKey::parse(text.expose()).context("standard input")?));
        }
        self.new_master_key_file.as_deref().map(read_key).transpose()
    }
}

/// The key is ours to keep: all steps at once.
async fn rotate_in_folder(
    keyring: &Keyring,
    current: &MasterKey,
    given: Option<MasterKey>,
    data: &DataDir,
) -> anyhow::Result<()> {
    let new = given.unwrap_or_else(MasterKey::generate);
    let ctx = cli_ctx();
    keyring.offer(&ctx, current, &new).await.context("failed to change the master key")?;
    data.write_master_key(&new)?;
    keyring.settle(&ctx, &new).await.context(
        "the new master key is in place, but the old one still opens the vault until the next start of haltere",
    )?;
    notice(&format!(
        "the master key is now {} in {}; a running server goes on and needs no restart",
        new.id(),
        data.master_key_file().display()
    ));
    notice(&old_backups(current));
    notice("Keep a copy of the new key, apart from the backups.");
    Ok(())
}

/// The key comes from the configuration, which is not ours to change: both keys open the vault until
/// haltere was started with the new one.
async fn offer(
    keyring: &Keyring,
    current: &MasterKey,
    given: Option<MasterKey>,
    place: &str,
) -> anyhow::Result<()> {
    let Some(new) = given else {
        bail!(
            "the master key comes from {place}; make a new one (openssl rand -base64 32) and name it with --new-master-key-file or --new-master-key-stdin"
        );
    };
    let outcome = keyring.offer(&cli_ctx(), current, &new).await;
    outcome.context("failed to change the master key")?;
    notice(&format!(
        "the new master key {} opens the database now, and so does the old one, {}",
        new.id(),
        current.id()
    ));
    notice(&format!(
        "To finish: put the new key where the old one comes from ({place}), and restart haltere. \
         From that start on, only the new key opens the database."
    ));
    notice(&old_backups(current));
    Ok(())
}

async fn reseal(keyring: &Keyring, key: &MasterKey, data: &DataDir) -> anyhow::Result<()> {
    // A running server has the old data key in memory.
    let _lock = data.lock()?;
    match keyring.reseal(&cli_ctx(), key).await {
        Ok(connections) => {
            notice(&format!("sealed the secrets of {connections} connections with a new data key"));
            notice("Backups made before this still hold them sealed with the old one.");
            Ok(())
        }
        Err(KeyringError::Unreadable(list)) => {
            for one in &list {
                print_quoting(&format!("{}  {}\n", one.connection, one.reason))?;
            }
            bail!(
                "{} connections have secrets that can't be opened, so nothing was changed; give them new ones first",
                list.len()
            )
        }
        Err(error) => Err(error).context("failed to change the data key"),
    }
}

fn old_backups(current: &MasterKey) -> String {
    format!(
        "Backups made before now need the old key, {}: keep your copy of it for as long as you keep them.",
        current.id()
    )
}

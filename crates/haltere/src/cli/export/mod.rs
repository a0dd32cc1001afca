//! `haltere export`: from the data folder, or from a remote haltere.

mod file;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_app::connections::Secrets;
use haltere_core::{LabelSelector, SelectorError};

use self::file::ExportFile;
use super::notice;
use super::remote::{Target, with_remote};
use super::sources::Common;
use super::transfer::with_transfer;
use crate::atomic_file::{AtomicFile, IfExists};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// Include passwords and private keys; everyone who can read the file can read them
    #[arg(long)]
    secrets: bool,

    /// Only connections with these labels, for example site=graz,line!=2. If it is repeated, all have to hold
    #[arg(long = "label", value_name = "SELECTOR", value_parser = LabelSelector::parse)]
    labels: Vec<LabelSelector>,

    /// The file to write, which must not exist yet; only you can read it. Left out: standard output
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Options {
    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        let Self { common, secrets, labels, file } = self;
        let labels = all_of(labels).context("--label")?;
        if secrets && file.is_none() && io::stdout().is_terminal() {
            bail!("passwords and private keys are not printed on a terminal; name a file");
        }
        // Before anything is written down as given out.
        let draft = file
            .as_deref()
            .map(|file| AtomicFile::begin(file, IfExists::Refuse("nothing was written")));
        let draft = draft.transpose()?;
        let secrets = if secrets { Secrets::Include } else { Secrets::Omit };
        let export = match target {
            Target::DataFolder => with_transfer(common, async |transfer, _, ctx| {
                let export = transfer.export(ctx, secrets, &labels).await;
                Ok(ExportFile::from(export.context("failed to export")?))
            }),
            Target::Remote => with_remote(&common, async |remote| {
                let export = ExportFile::of_remote(remote, secrets, &labels).await;
                export.context("failed to export")
            }),
        }?;
        match draft {
            Some(draft) => write_file(draft, &export),
            None => write_out(&export),
        }
    }
}

fn all_of(labels: Vec<LabelSelector>) -> Result<LabelSelector, SelectorError> {
    labels.into_iter().try_fold(LabelSelector::default(), LabelSelector::and)
}

/// Whole, on disk, and for this user only from its first moment.
fn write_file(mut draft: AtomicFile, export: &ExportFile) -> anyhow::Result<()> {
    let path = draft.target().to_owned();
    let file = draft.file();
    file.write_all(export.content.expose())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("failed to write {}", path.display()))?;
    draft.publish()?;
    let with = if export.secrets { "with their secrets" } else { "without secrets" };
    let count = export.connections;
    notice(&format!("{count} connections, {with}, are in {}", path.display()));
    report_left_out(export);
    Ok(())
}

fn write_out(export: &ExportFile) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(export.content.expose()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        outcome => outcome.context("failed to write to standard output")?,
    }
    report_left_out(export);
    Ok(())
}

fn report_left_out(export: &ExportFile) {
    for (id, reason) in &export.left_out {
        notice(&format!("left out: {id:?} can't be read: {reason}"));
    }
}

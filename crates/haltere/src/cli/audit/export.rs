//! `haltere audit export`.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::entries::AuditEntries;
use super::with_trail;
use crate::atomic_file::{AtomicFile, IfExists};
use crate::cli::notice;
use crate::cli::remote::{Target, with_remote};
use crate::cli::sources::Common;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// The file to write, which must not exist yet; only you can read it. Left out: standard output
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Options {
    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        let Self { common, file } = self;
        match target {
            Target::DataFolder => with_trail(common, async |trail| export(trail, file).await),
            Target::Remote => with_remote(&common, async |remote| export(remote, file).await),
        }
    }
}

async fn export(trail: &impl AuditEntries, file: Option<PathBuf>) -> anyhow::Result<()> {
    let Some(file) = file else {
        return match write(trail, &mut BufWriter::new(io::stdout())).await {
            Err(error) if is_closed_pipe(&error) => Ok(()),
            written => written.map(drop),
        };
    };
    let mut draft = AtomicFile::begin(&file, IfExists::Refuse("nothing was written"))?;
    let path = draft.target().display().to_string();
    let entries = write(trail, &mut BufWriter::new(draft.file())).await?;
    let synced = draft.file().sync_all();
    synced.with_context(|| format!("failed to write {path}"))?;
    draft.publish()?;
    notice(&format!("entries: {entries}, in {path}"));
    Ok(())
}

/// A reader that closes the pipe is no failure.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

async fn write(trail: &impl AuditEntries, out: &mut (impl Write + Send)) -> anyhow::Result<u64> {
    let mut entries = 0;
    let mut visit = |line: &str| {
        entries += 1;
        anyhow::Ok(out.write_all(line.as_bytes())?)
    };
    trail.visit(None, &mut visit).await?;
    out.flush()?;
    Ok(entries)
}

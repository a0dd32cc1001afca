//! `haltere import`: into the data folder, or at a remote haltere.

mod remote;
mod report;

use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use haltere_api::connection_files;
use haltere_app::Ctx;
use haltere_app::connections::{
    ImportFile, ImportMode, ImportProgress, ImportStage, Source, Transfer,
};
use haltere_core::Secret;
use tokio::sync::watch;

use self::report::{Partly, Report};
use super::exit::Usage;
use super::mmc_env::MmcEnvironment;
use super::print_quoting;
use super::remote::{Target, with_remote};
use super::sources::Common;
use super::transfer::with_transfer;
use crate::plain_file;

/// How `haltere import` ends, said in its help.
const EXIT_STATUS: &str = "Exit status: 0 when it was done, or would be (--dry-run); 1 when it was refused or would be, \
    and with --only-good only when nothing can be imported; 2 if the arguments are invalid.";

#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Import the connections in config.json of the management center for Mosquitto.
    #[command(after_help = EXIT_STATUS)]
    Mmc(FileOptions),
    /// Import an export of haltere.
    #[command(after_help = EXIT_STATUS)]
    Haltere(FileOptions),
    /// Add the broker and the administrator that the variables CEDALO_MC_* name, as compose files for the
    /// management center for Mosquitto have them. An existing connection or user is not changed.
    #[command(after_help = EXIT_STATUS)]
    MmcEnv(DryRun),
}

#[derive(Debug, Args)]
struct DryRun {
    /// Only print what would be done, and exit as the import would
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct FileOptions {
    /// The file, which may be a pipe; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Only print what would be done, and exit as the import would
    #[arg(long)]
    dry_run: bool,

    /// Import the valid entries, and list the others
    #[arg(long)]
    only_good: bool,
}

/// The largest file, in bytes.
const MAX: usize = connection_files::MAX_FILE_BYTES;

impl Options {
    /// The command, if it is for the data folder only.
    pub(super) const fn local_only(&self) -> Option<&'static str> {
        match self.command {
            Command::MmcEnv(_) => Some("import mmc-env"),
            Command::Mmc(_) | Command::Haltere(_) => None,
        }
    }

    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        let Self { common, command } = self;
        let (wanted, FileOptions { file, dry_run, only_good }) = match command {
            Command::Mmc(options) => (Source::Mmc, options),
            Command::Haltere(options) => (Source::Haltere, options),
            Command::MmcEnv(DryRun { dry_run }) => return import_environment(common, dry_run),
        };
        let (bytes, content) = read(&file)?;
        expect(wanted, content.source, &file)?;
        let mode = match (dry_run, only_good) {
            (true, _) => ImportMode::DryRun,
            (false, true) => ImportMode::StoreGood,
            (false, false) => ImportMode::Store,
        };
        let partly = if only_good { Partly::Wanted } else { Partly::Possible };
        match target {
            Target::DataFolder => {
                drop(bytes);
                with_transfer(common, async |transfer, _, ctx| {
                    import(transfer, ctx, content, mode, partly).await
                })
            }
            // Parsed here only to say at once what is wrong with it.
            Target::Remote => {
                drop(content);
                with_remote(&common, async |haltere| {
                    let report = remote::import(haltere, bytes, mode).await;
                    conclude(&report.context("failed to import")?, mode, partly)
                })
            }
        }
    }
}

async fn import(
    transfer: &Transfer,
    ctx: &Ctx,
    content: ImportFile,
    mode: ImportMode,
    partly: Partly,
) -> anyhow::Result<()> {
    let (reporter, progress) = ImportProgress::channel();
    let import = transfer.import(ctx, content, mode, reporter);
    let (report, ()) = tokio::join!(import, show(progress));
    conclude(&report.context("failed to import")?.into(), mode, partly)
}

/// Says what was done, and fails if that is nothing.
fn conclude(report: &Report, mode: ImportMode, partly: Partly) -> anyhow::Result<()> {
    print_quoting(&report.describe(mode, partly))?;
    if partly == Partly::Never && report.is_refused(partly) {
        bail!("nothing was changed");
    }
    // An import that is repeated skips what is there already, which is no failure.
    let nothing_good = report.refusals() > 0 && report.creates() + report.skips() == 0;
    if mode == ImportMode::DryRun && (report.is_refused(partly) || nothing_good) {
        bail!("nothing would be imported");
    }
    if mode != ImportMode::DryRun && (!report.done || nothing_good) {
        bail!("nothing was imported");
    }
    Ok(())
}

/// `haltere import mmc-env`: checks the broker and the administrator before it adds either, so it refuses
/// both or none. They are two transactions: if the second one fails (on a full disk, say), the connection stays, and
/// the command can be repeated.
fn import_environment(common: Common, dry_run: bool) -> anyhow::Result<()> {
    let MmcEnvironment { broker, administrator } =
        MmcEnvironment::read(|name| std::env::var(name).ok()).map_err(Usage::because)?;
    let content = broker.map(|broker| connection_files::read(broker.expose())).transpose();
    let content = content.context("CEDALO_MC_BROKER_*")?;
    let mode = if dry_run { ImportMode::DryRun } else { ImportMode::Store };
    with_transfer(common, async |transfer, users, ctx| {
        let new = match administrator {
            Some(administrator) => administrator.unless_there(users, ctx).await?,
            None => None,
        };
        if let Some(content) = content {
            import(transfer, ctx, content, mode, Partly::Never).await?;
        }
        match new {
            Some(administrator) if dry_run => administrator.announce(),
            Some(administrator) => administrator.add(users, ctx).await?,
            None => {}
        }
        Ok(())
    })
}

/// The file, as it is and parsed.
fn read(path: &Path) -> anyhow::Result<(Secret<Vec<u8>>, ImportFile)> {
    let name = if path == Path::new("-") { Path::new("standard input") } else { path };
    let describe = || format!("failed to read {}", name.display());
    let bytes = match path {
        _ if is_stdin(path) => read_bounded(io::stdin().lock(), MAX),
        _ => plain_file::open_or_wait(path)
            .and_then(|(file, length)| read_bounded(file, usize::try_from(length).unwrap_or(MAX))),
    };
    let bytes = bytes.with_context(describe)?;
    let content = connection_files::read(bytes.expose()).with_context(describe)?;
    Ok((bytes, content))
}

/// Whether this is standard input. Its other names are read as it is: opened by one of them, a socket is refused by
/// the kernel, and a file is read from its beginning.
fn is_stdin(path: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// Reads all of it, `expected` bytes as far as one knows.
fn read_bounded(source: impl Read, expected: usize) -> io::Result<Secret<Vec<u8>>> {
    // All of the capacity at once: a buffer that grows leaves a copy of secrets behind.
    let mut bytes = Vec::with_capacity(expected.min(MAX) + 1);
    let read = source.take(MAX as u64 + 1).read_to_end(&mut bytes);
    let bytes = Secret::new(bytes);
    read?;
    if bytes.expose().len() > MAX {
        let why = format!("it is larger than {} MiB", MAX / (1024 * 1024));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// Says so when the file is of the other kind: what is in it is read differently.
fn expect(wanted: Source, found: Source, file: &Path) -> anyhow::Result<()> {
    let file = file.display();
    match (wanted, found) {
        (Source::Mmc, Source::Haltere) => {
            bail!("{file} is an export of haltere; use `haltere import haltere {file}`")
        }
        (Source::Haltere, Source::Mmc | Source::List) => bail!(
            "{file} is no export of haltere; if it comes from the management center for Mosquitto, use `haltere import mmc {file}`"
        ),
        _ => Ok(()),
    }
}

/// Shows the progress in one line, if standard error is a terminal.
async fn show(mut progress: watch::Receiver<ImportProgress>) {
    if !io::stderr().is_terminal() {
        return;
    }
    let mut shown = false;
    while progress.changed().await.is_ok() {
        let ImportProgress { stage, done, total } = *progress.borrow_and_update();
        let doing = match stage {
            ImportStage::Checking => "checked",
            ImportStage::Storing => "stored",
        };
        // Nothing is lost when this can't be shown.
        let _ = write!(io::stderr(), "\r\x1b[K{doing} {done} of {total}");
        shown = true;
    }
    if shown {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_pipe_is_read_within_the_bound() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("config.json");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).expect("made");
        let through = |content: Vec<u8>| {
            let writing = std::thread::spawn({
                let path = path.clone();
                // The pipe is closed on it when it writes too much.
                move || drop(std::fs::write(path, content))
            });
            let outcome = read(&path);
            writing.join().expect("ended");
            outcome
        };
        let (_, list) = through(br#"[{"name": "A", "url": "mqtt://a"}]"#.to_vec()).expect("read");
        assert_eq!(list.source, Source::List);
        let refusal = format!("{:#}", through(vec![b' '; MAX + 2]).expect_err("refused"));
        assert!(refusal.contains("config.json") && refusal.contains("larger than"), "{refusal}");
        let refusal = format!("{:#}", read(root.path()).expect_err("refused"));
        assert!(refusal.contains("a directory"), "{refusal}");
    }
}

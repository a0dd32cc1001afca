//! `haltere audit verify`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use haltere_api::audit_files;
use haltere_app::audit_trail::{ChainReport, ChainVerifier, ChainViolation, Checkpoint};
use haltere_core::Timestamp;

use super::with_trail;
use crate::cli::sources::Common;
use crate::cli::{cli_ctx, notice, print_quoting};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// A checkpoint that was kept elsewhere: the trail must still have its entries
    #[arg(long, value_name = "FILE", requires = "public_key")]
    checkpoint: Option<PathBuf>,

    /// The public key of the checkpoint's signature, as `haltere audit checkpoint` prints it
    #[arg(long, value_name = "KEY", requires = "checkpoint", value_parser = public_key)]
    public_key: Option<[u8; 32]>,

    /// An export (NDJSON) to verify instead of the data folder, in either order; it must have all entries from its oldest to its
    /// newest one
    #[arg(value_name = "FILE")]
    export: Option<PathBuf>,
}

fn public_key(text: &str) -> Result<[u8; 32], &'static str> {
    audit_files::parse_public_key(text).ok_or("is no public key: 32 bytes in base64")
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Self { common, checkpoint, public_key, export } = self;
        let checkpoint = checkpoint.zip(public_key);
        let checkpoint = checkpoint.map(|(file, key)| read_checkpoint(&file, &key)).transpose()?;
        let report = match export {
            Some(export) => verify_export(&export, checkpoint.as_ref())?,
            None => with_trail(common, async |trail| {
                Ok(trail.verify(&cli_ctx(), checkpoint.as_ref()).await?)
            })?,
        };
        print_report(&report, checkpoint.as_ref())
    }
}

/// Reads a checkpoint and verifies its signature.
fn read_checkpoint(file: &Path, public_key: &[u8; 32]) -> anyhow::Result<Checkpoint> {
    let failed = || format!("failed to read the checkpoint {}", file.display());
    let text = fs::read_to_string(file).with_context(failed)?;
    let checkpoint = audit_files::read_checkpoint(&text).with_context(failed)?;
    checkpoint.verify_signature(public_key).with_context(|| file.display().to_string())?;
    Ok(checkpoint)
}

fn verify_export(file: &Path, checkpoint: Option<&Checkpoint>) -> anyhow::Result<ChainReport> {
    let failed = || format!("failed to read the export {}", file.display());
    let text = fs::read_to_string(file).with_context(failed)?;
    let mut lines: Vec<(usize, &str)> =
        text.lines().enumerate().filter(|(_, line)| !line.is_empty()).collect();
    let sequence = |line: Option<&(usize, &str)>| {
        line.and_then(|(_, line)| audit_files::read_line(line).ok()).map(|entry| entry.sequence)
    };
    // The API exports the newest first.
    if sequence(lines.first()) > sequence(lines.last()) {
        lines.reverse();
    }
    let mut verifier = ChainVerifier::of_export();
    if let Some(checkpoint) = checkpoint {
        checkpoint.expect_in(&mut verifier);
    }
    for (number, line) in lines {
        let entry = audit_files::read_line(line);
        let entry = entry.map_err(|error| anyhow!("line {}: {error}", number + 1));
        verifier.entry(&entry.with_context(failed)?);
    }
    Ok(verifier.finish(None))
}

fn print_report(report: &ChainReport, checkpoint: Option<&Checkpoint>) -> anyhow::Result<()> {
    let ChainReport { entries, heads, violations, violation_count, not_compared } = report;
    for violation in violations {
        print_quoting(&format!("{}\n", line(violation)))?;
    }
    for head in not_compared {
        notice(&format!(
            "the checkpoint's entry at position {} of writer {} is not there any more to be compared",
            head.position, head.writer
        ));
    }
    if *violation_count > 0 {
        bail!("the audit trail was tampered with; problems: {violation_count}, entries: {entries}");
    }
    notice(&format!("entries: {entries}, and no problem"));
    for head in heads {
        notice(&format!(
            "writer {} is at position {}, hash {}",
            head.writer, head.position, head.hash
        ));
    }
    if let Some(checkpoint) = checkpoint {
        notice(&format!("the checkpoint of {} fits", checkpoint.at));
    }
    Ok(())
}

/// Which entry, when, and what is wrong.
fn line(ChainViolation { place, kind }: &ChainViolation) -> String {
    let Some(place) = place else { return format!("there are no entries: {kind}") };
    let at = Timestamp::from_millisecond(place.at);
    let at = at.map_or_else(|_| place.at.to_string(), |at| at.to_string());
    format!("entry {} ({at}): {kind}", place.sequence)
}

//! `haltere audit verify`.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail, ensure};
use clap::Args;
use haltere_api::audit_files;
use haltere_app::audit_trail::{ChainReport, ChainVerifier, ChainViolation, Checkpoint};
use haltere_core::Timestamp;

use super::local::LocalTrail;
use super::with_trail;
use crate::cli::sources::Common;
use crate::cli::{notice, print_quoting};

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
            None => with_trail(common, async |LocalTrail { trail, ctx }| {
                Ok(trail.verify(ctx, checkpoint.as_ref()).await?)
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
    let mut export = BufReader::new(File::open(file).with_context(failed)?);
    let mut verifier = ChainVerifier::of_export();
    if let Some(checkpoint) = checkpoint {
        checkpoint.expect_in(&mut verifier);
    }
    visit_oldest_first(&mut export, |number, line| {
        let entry = audit_files::read_line(line);
        verifier.entry(&entry.map_err(|error| anyhow!("line {}: {error}", number + 1))?);
        Ok(())
    })
    .with_context(failed)?;
    let report = verifier.finish(None);
    ensure!(
        report.entries > 0 || checkpoint.is_some(),
        "there are no entries in {}",
        file.display()
    );
    Ok(report)
}

/// Passes the lines of an export with their numbers, from 0, to `visit`. An export may be larger than memory. One with
/// the newest entry first, as the API makes it, has to be a file, because it is read backwards.
fn visit_oldest_first(
    export: &mut (impl BufRead + Seek),
    mut visit: impl FnMut(usize, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (mut first_lines, mut sequences) = (Vec::new(), Vec::new());
    while sequences.len() < 2 {
        let mut line = String::new();
        if export.read_line(&mut line)? == 0 {
            break;
        }
        if !line.trim_end().is_empty() {
            sequences.push(audit_files::read_line(&line).ok().map(|entry| entry.sequence));
        }
        first_lines.push(line);
    }
    let mut visit = |number, line: &str| match line.trim_end() {
        "" => Ok(()),
        line => visit(number, line),
    };
    if matches!(sequences[..], [Some(first), Some(second)] if first > second) {
        return visit_backwards(export, visit);
    }
    let lines = first_lines.into_iter().map(Ok).chain(export.lines());
    lines.enumerate().try_for_each(|(number, line)| visit(number, &line?))
}

/// How many lines are in memory at once.
const LINES_AT_ONCE: usize = 1_000;

/// Passes the lines with their numbers to `visit`, the last one first.
fn visit_backwards(
    file: &mut (impl BufRead + Seek),
    mut visit: impl FnMut(usize, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    file.rewind()?;
    let (mut starts, mut position) = (Vec::new(), 0);
    for number in 0_usize.. {
        if number.is_multiple_of(LINES_AT_ONCE) {
            starts.push(position);
        }
        match file.skip_until(b'\n')? {
            0 => break,
            length => position += length as u64,
        }
    }
    for (block, start) in starts.into_iter().enumerate().rev() {
        file.seek(SeekFrom::Start(start))?;
        let lines = file.by_ref().lines().take(LINES_AT_ONCE);
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        for (number, line) in lines.iter().enumerate().rev() {
            visit(block * LINES_AT_ONCE + number, line)?;
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use serde_json::json;

    use super::*;

    fn entry(sequence: usize) -> String {
        let entry = json!({
            "sequence": sequence, "timestamp": 0, "actor": "a", "requestId": "", "action": "login", "outcome": "success",
        });
        format!("{entry}\n")
    }

    /// The sequence numbers in the order in which they are visited, each with the number of its line.
    fn visited(export: &str) -> Vec<(usize, usize)> {
        let mut visited = Vec::new();
        visit_oldest_first(&mut Cursor::new(export), |number, line| {
            let sequence = audit_files::read_line(line)?.sequence;
            visited.push((usize::try_from(sequence)?, number));
            Ok(())
        })
        .expect("an export");
        visited
    }

    #[test]
    fn an_export_is_visited_from_its_oldest_entry_on() {
        for entries in [0, 1, 2, LINES_AT_ONCE - 1, LINES_AT_ONCE, 2 * LINES_AT_ONCE + 1] {
            let oldest_first: String = (0..entries).map(entry).collect();
            assert_eq!(visited(&oldest_first), (0..entries).map(|n| (n, n)).collect::<Vec<_>>());
            let newest_first: String = (0..entries).rev().map(entry).collect();
            let backwards: Vec<_> = (0..entries).map(|n| (n, entries - 1 - n)).collect();
            assert_eq!(visited(&newest_first), backwards);
            assert_eq!(visited(newest_first.trim_end()), backwards, "without the last line feed");
        }
    }

    #[test]
    fn empty_lines_do_not_hide_the_order() {
        let export = format!("\n{}\n{}", entry(1), entry(0));
        assert_eq!(visited(&export), [(0, 3), (1, 1)]);
    }

    #[test]
    fn an_empty_export_is_no_trail() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = format!("{:#}", verify_export(file.path(), None).expect_err("empty"));
        assert!(error.starts_with("there are no entries in "), "{error}");
    }

    #[test]
    fn an_error_names_its_line() {
        let export = format!("{}\n{{}}", entry(1));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("export");
        fs::write(&file, export).expect("written");
        let error = format!("{:#}", verify_export(&file, None).expect_err("not an entry"));
        assert!(error.contains("line 3: missing field"), "{error}");
    }
}

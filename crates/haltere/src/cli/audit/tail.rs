//! `haltere audit tail`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use clap::Args;
use haltere_app::audit_trail::NumberedEntry;
use haltere_core::{AuditEntry, AuditOutcome, AuditRepeats};
use tokio::time::sleep;

use super::export::is_closed_pipe;
use super::with_trail;
use crate::cli::harmless::harmless;
use crate::cli::sources::Common;
use crate::cli::{cli_ctx, print_quoting};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// How many entries
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    lines: u32,

    /// Print new entries as they come, until it is interrupted
    #[arg(short, long)]
    follow: bool,
}

/// How often it looks for new entries.
const POLL: Duration = Duration::from_millis(250);

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Self { common, lines, follow } = self;
        with_trail(common, async |trail| {
            let ctx = cli_ctx();
            let mut last = trail.newest(&ctx).await?;
            let newest = trail.visit(&ctx, Some(lines), |entry| {
                last = last.max(entry.sequence);
                print_quoting(&line(entry))
            });
            newest.await?;
            if !follow {
                return Ok(());
            }
            loop {
                sleep(POLL).await;
                let new = trail.visit_after(&ctx, last, |entry| {
                    last = entry.sequence;
                    show(&line(entry))
                });
                match new.await {
                    // A reader that closes the pipe is no failure, and there is nothing more to do.
                    Err(error) if is_closed_pipe(&error) => return Ok(()),
                    visited => visited?,
                }
            }
        })
    }
}

/// Prints, and reports a closed pipe, too.
fn show(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(harmless(text).as_bytes())?;
    Ok(out.flush()?)
}

/// When, who, what, to what, from where, in a few words.
fn line(NumberedEntry { sequence: _, entry, link: _ }: &NumberedEntry) -> String {
    let AuditEntry {
        at,
        actor,
        address,
        request_id: _,
        action,
        object,
        outcome,
        detail,
        changes: _,
        repeats,
    } = entry;
    let mut line = format!("{at}  {actor}  {}", action.as_str());
    // Writing into a String can't fail.
    if !object.is_empty() {
        let _ = write!(line, "  {object}");
    }
    if *outcome == AuditOutcome::Denied {
        line.push_str("  denied");
    }
    if !detail.is_empty() {
        let _ = write!(line, "  ({detail})");
    }
    if let Some(address) = address {
        let _ = write!(line, "  from {address}");
    }
    if let Some(AuditRepeats { times, since }) = repeats {
        let _ = write!(line, "  {times} times since {since}");
    }
    line.push('\n');
    line
}

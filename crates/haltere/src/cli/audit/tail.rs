//! `haltere audit tail`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use clap::Args;
use haltere_api::audit_files;
use haltere_app::audit_trail::ChainedEntry;
use haltere_core::text::harmless;
use haltere_core::{AuditOutcome, Timestamp};
use tokio::time::sleep;

use super::entries::AuditEntries;
use super::export::is_closed_pipe;
use super::with_trail;
use crate::cli::print_quoting;
use crate::cli::remote::{Target, with_remote};
use crate::cli::sources::Common;

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

/// How often it looks for new entries, in the data folder and at a remote haltere.
const POLL: Duration = Duration::from_millis(250);
const REMOTE_POLL: Duration = Duration::from_secs(1);

impl Options {
    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        let Self { common, lines, follow } = self;
        match target {
            Target::DataFolder => {
                let follow = follow.then_some(POLL);
                with_trail(common, async |trail| tail(trail, lines, follow).await)
            }
            Target::Remote => {
                let follow = follow.then_some(REMOTE_POLL);
                with_remote(&common, async |remote| tail(remote, lines, follow).await)
            }
        }
    }
}

/// Prints the newest entries and, if `follow` says how often to look for them, new ones.
async fn tail(
    trail: &impl AuditEntries,
    lines: u32,
    follow: Option<Duration>,
) -> anyhow::Result<()> {
    let mut last = trail.newest().await?;
    let mut visit = |entry: &str| {
        let entry = audit_files::read_line(entry)?;
        last = last.max(entry.sequence);
        print_quoting(&line(&entry))
    };
    trail.visit(Some(lines), &mut visit).await?;
    let Some(interval) = follow else { return Ok(()) };
    loop {
        sleep(interval).await;
        let after = last;
        let mut visit = |entry: &str| {
            let entry = audit_files::read_line(entry)?;
            last = entry.sequence;
            show(&line(&entry))
        };
        match trail.visit_after(after, &mut visit).await {
            // A reader that closes the pipe is no failure, and there is nothing more to do.
            Err(error) if is_closed_pipe(&error) => return Ok(()),
            visited => visited?,
        }
    }
}

/// Prints, and reports a closed pipe, too.
fn show(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(harmless(text).as_bytes())?;
    Ok(out.flush()?)
}

/// When, who, what, to what, from where, in a few words.
fn line(entry: &ChainedEntry<'_>) -> String {
    let ChainedEntry { at, actor, address, action, object, outcome, detail, times, since, .. } =
        entry;
    let mut line = format!("{}  {actor}  {action}", time(*at));
    // Writing into a String can't fail.
    if !object.is_empty() {
        let _ = write!(line, "  {object}");
    }
    if outcome == AuditOutcome::Denied.as_str() {
        line.push_str("  denied");
    }
    if !detail.is_empty() {
        let _ = write!(line, "  ({detail})");
    }
    if let Some(address) = address {
        let _ = write!(line, "  from {address}");
    }
    if let Some(since) = since {
        let _ = write!(line, "  {times} times since {}", time(*since));
    }
    line.push('\n');
    line
}

fn time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| milliseconds.to_string(), |time| time.to_string())
}

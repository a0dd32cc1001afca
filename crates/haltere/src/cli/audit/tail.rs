//! `haltere audit tail`.

use std::fmt::Write as _;

use clap::Args;
use haltere_app::audit_trail::NumberedEntry;
use haltere_core::{AuditEntry, AuditOutcome, AuditRepeats};

use super::with_trail;
use crate::cli::sources::Common;
use crate::cli::{cli_ctx, print_quoting};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    /// How many entries
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    lines: u32,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Self { common, lines } = self;
        with_trail(common, async |trail| {
            trail.visit(&cli_ctx(), Some(lines), |entry| print_quoting(&line(entry))).await
        })
    }
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

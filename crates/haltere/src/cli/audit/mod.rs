//! `haltere audit`: works on the data folder, with or without a running server.

mod checkpoint;
mod export;
mod tail;
mod verify;

use clap::{Args, Subcommand};
use haltere_app::audit_trail::AuditTrail;

use super::sources::Common;
use super::with_store;
use crate::wiring;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the newest entries, oldest first.
    Tail(tail::Options),
    /// Verify the hash chain, and say where entries were changed, removed, added or moved.
    Verify(verify::Options),
    /// Export all entries, oldest first, as NDJSON.
    Export(export::Options),
    /// Sign the newest entries, to keep elsewhere: with it, verify finds out whether the newest entries were removed.
    Checkpoint(checkpoint::Options),
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Tail(options) => options.run(),
            Command::Verify(options) => options.run(),
            Command::Export(options) => options.run(),
            Command::Checkpoint(options) => options.run(),
        }
    }
}

/// Opens the data folder, does `job`, and closes it again.
fn with_trail<T>(
    common: Common,
    job: impl AsyncFnOnce(&AuditTrail) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    with_store(common, async |_, store| job(&wiring::audit_trail(&store)).await)
}

//! `haltere audit`: works on the data folder, with or without a running server; reading also on a remote haltere.

mod checkpoint;
mod entries;
mod export;
mod local;
mod pages;
mod remote;
mod tail;
mod verify;

use clap::{Args, Subcommand};

use self::local::LocalTrail;
use super::remote::Target;
use super::sources::Common;
use super::{cli_ctx, with_store};
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
    /// The command, if it is for the data folder only.
    pub(super) const fn local_only(&self) -> Option<&'static str> {
        match self.command {
            Command::Verify(_) => Some("audit verify"),
            Command::Checkpoint(_) => Some("audit checkpoint"),
            Command::Tail(_) | Command::Export(_) => None,
        }
    }

    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        match self.command {
            Command::Tail(options) => options.run(target),
            Command::Verify(options) => options.run(),
            Command::Export(options) => options.run(target),
            Command::Checkpoint(options) => options.run(),
        }
    }
}

/// Opens the data folder, does `job`, and closes it again.
fn with_trail<T>(
    common: Common,
    job: impl AsyncFnOnce(&LocalTrail) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    with_store(common, async |_, store| {
        job(&LocalTrail { trail: wiring::audit_trail(&store), ctx: cli_ctx() }).await
    })
}

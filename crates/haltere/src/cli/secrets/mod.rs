//! `haltere secrets`: works on the data folder, with or without a running server.

mod rotate;
mod verify;

use clap::{Args, Subcommand};

pub(super) use verify::unreadable_lines;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open every stored secret, and list those that can't be opened; works while the server runs.
    Verify(verify::Options),
    /// Change the master key; works while the server runs. The next start uses the new key.
    Rotate(rotate::Options),
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Verify(options) => options.run(),
            Command::Rotate(options) => options.run(),
        }
    }
}

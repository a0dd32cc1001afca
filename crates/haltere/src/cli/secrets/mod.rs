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
    /// Open every stored secret, and list those that can't be opened; a running server is not disturbed.
    Verify(verify::Options),
    /// Change the master key; a running server goes on, and the next start uses the new one.
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

//! `haltere config show` and `haltere config template`.

use clap::{Args, Subcommand};

use super::sources::Server;
use super::{print, print_quoting};
use crate::config::{show, template};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the effective configuration and where each value comes from; secrets are masked.
    Show(Server),
    /// Print a commented configuration file to start from.
    Template,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Show(server) => print_quoting(&show(&server.load()?)),
            Command::Template => print(&template()),
        }
    }
}

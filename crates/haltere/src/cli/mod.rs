//! The command line: one file per subcommand, each with its `Options` and one `run`.

#![expect(
    clippy::doc_markdown,
    reason = "these comments become help texts, where backticks are noise"
)]

mod config;
mod export;
mod import;
mod moving;
mod openapi;
mod password;
mod serve;
mod sources;
mod users;

use std::io::{self, Write as _};

use clap::{Parser, Subcommand};
use haltere_core::Secret;

/// Keeps a live link to every Mosquitto broker, and says which of them is well and why the others are not.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Options),
    /// Manage users; works beside a running server.
    Users(users::Options),
    /// Import connections from a file, all or none; works beside a running server.
    Import(import::Options),
    /// Export all connections into a file; works beside a running server.
    Export(export::Options),
    /// Show or explain the configuration.
    Config(config::Options),
    /// Print the description of the HTTP API (OpenAPI 3.1, JSON).
    Openapi(openapi::Options),
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(options) => options.run(),
            Command::Users(options) => options.run(),
            Command::Import(options) => options.run(),
            Command::Export(options) => options.run(),
            Command::Config(options) => options.run(),
            Command::Openapi(options) => options.run(),
        }
    }
}

/// Prints the result of a command. That nobody reads it (`haltere … | head`) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Says something to the person at the terminal, beside the result.
fn tell(text: &str) {
    // Nothing is left to tell it to when this fails.
    let _ = writeln!(io::stderr(), "{text}");
}

/// A password nobody has to think of: 100 bits, without letters that look alike.
fn random_password() -> Secret<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut password = String::with_capacity(23);
    for (index, byte) in rand::random::<[u8; 20]>().into_iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Secret::new(password)
}

/// Says why the command failed, with all causes, on one line.
pub(crate) fn complain(error: &anyhow::Error) {
    tell(&format!("haltere: {error:#}"));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_made_up_password_is_long_readable_and_new_each_time() {
        let password = random_password();
        let groups: Vec<_> = password.expose().split('-').map(str::len).collect();
        assert_eq!(groups, [5, 5, 5, 5]);
        assert_ne!(password, random_password());
    }
}

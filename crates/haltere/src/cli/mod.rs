//! The command line: one file per subcommand, each with its `Options` and one `run`.

#![expect(
    clippy::doc_markdown,
    reason = "these comments become help texts, where backticks are noise"
)]

mod audit;
mod backup;
mod config;
mod exit;
mod export;
mod groups;
mod health;
mod import;
mod login;
mod logout;
mod mmc_env;
mod openapi;
mod password;
mod remote;
mod restore;
mod secrets;
mod serve;
mod sources;
mod table;
mod test;
mod tokens;
mod transfer;
mod users;

use std::io::{self, Write as _};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::{Parser, Subcommand};
use exit::Usage;
use haltere_app::Ctx;
use haltere_core::Secret;
use haltere_core::text::harmless;
use haltere_store::Store;
use remote::Target;
use sources::Common;
use tokio::runtime::Builder;

use crate::config::Settings;
use crate::data_dir::DataDir;
use crate::wiring;

pub(crate) use exit::{misused, status};

/// Keeps a live link to every Mosquitto broker, and shows which brokers are up, which are down, and why.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Cli {
    /// Work on the haltere that `haltere login` has logged in to, instead of the data folder
    #[arg(long, global = true)]
    remote: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Options),
    /// Dial a broker once, print each stage and, after a failure, what to try. Stores nothing.
    Test(Box<test::Options>),
    /// Check whether the server on this machine is ready; exits with 1 if not.
    Health(health::Options),
    /// Log in to a remote haltere, for other commands with --remote.
    Login(Box<login::Options>),
    /// Log out of the remote haltere.
    Logout(logout::Options),
    /// Manage users; works while the server runs.
    Users(users::Options),
    /// Manage groups of users; works while the server runs.
    Groups(groups::Options),
    /// Manage application tokens; works while the server runs.
    Tokens(tokens::Options),
    /// Import connections from a file, all or none; works while the server runs.
    Import(import::Options),
    /// Export all connections into a file; works while the server runs.
    Export(export::Options),
    /// Write a backup of everything into one file; works while the server runs.
    Backup(backup::Options),
    /// Restore a backup into an empty data folder.
    Restore(restore::Options),
    /// Verify the stored secrets, and change the keys that seal them.
    Secrets(secrets::Options),
    /// Read, verify and export the audit trail; works while the server runs.
    Audit(audit::Options),
    /// Show or explain the configuration.
    Config(config::Options),
    /// Print the description of the HTTP API (OpenAPI 3.1, JSON).
    Openapi(openapi::Options),
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let Self { remote, command } = self;
        let target = if remote { Target::Remote } else { Target::DataFolder };
        if let Some(name) = command.local_only()
            && remote
        {
            return Err(Usage::because(anyhow!(
                "--remote: `haltere {name}` works on the machine that it is called on only"
            )));
        }
        match command {
            Command::Serve(options) => options.run(),
            Command::Test(options) => options.run(),
            Command::Health(options) => options.run(),
            Command::Login(options) => options.run(),
            Command::Logout(options) => options.run(),
            Command::Users(options) => options.run(target),
            Command::Groups(options) => options.run(target),
            Command::Tokens(options) => options.run(target),
            Command::Import(options) => options.run(target),
            Command::Export(options) => options.run(target),
            Command::Backup(options) => options.run(),
            Command::Restore(options) => options.run(),
            Command::Secrets(options) => options.run(),
            Command::Audit(options) => options.run(target),
            Command::Config(options) => options.run(),
            Command::Openapi(options) => options.run(),
        }
    }
}

impl Command {
    /// The command, if it works on this machine only.
    const fn local_only(&self) -> Option<&'static str> {
        match self {
            Self::Serve(_) => Some("serve"),
            Self::Test(_) => Some("test"),
            Self::Health(_) => Some("health"),
            Self::Backup(_) => Some("backup"),
            Self::Restore(_) => Some("restore"),
            Self::Secrets(_) => Some("secrets"),
            Self::Config(_) => Some("config"),
            Self::Openapi(_) => Some("openapi"),
            Self::Audit(options) => options.local_only(),
            Self::Import(options) => options.local_only(),
            // The first two are about the remote one, with or without the flag.
            Self::Login(_)
            | Self::Logout(_)
            | Self::Users(_)
            | Self::Groups(_)
            | Self::Tokens(_)
            | Self::Export(_) => None,
        }
    }
}

/// Runs a command's work on this thread.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.context("failed to start the runtime")?.block_on(work)
}

/// Runs a command's work on the store in the data folder, with or without a running server.
fn with_store<T>(
    common: Common,
    work: impl AsyncFnOnce(&Settings, Arc<dyn Store>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let settings = common.load()?.settings;
    let data = DataDir::open(&settings.data.dir)?;
    block_on(async {
        let store = wiring::store_for_command(&data).await?;
        let outcome = work(&settings, Arc::clone(&store)).await;
        store.close().await;
        outcome
    })
}

/// Who is at work, for the audit trail.
fn cli_ctx() -> Ctx {
    Ctx::command_line(format!("cli-{:016x}", rand::random::<u64>()))
}

/// Prints the result of a command. A reader that closes the pipe (`haltere … | head`) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Prints a result that quotes what comes from elsewhere: files, the database, a broker.
fn print_quoting(text: &str) -> anyhow::Result<()> {
    print(&harmless(text))
}

/// Prints a message for the person at the terminal, apart from the result.
fn notice(text: &str) {
    // If this fails, there is no way left to report it.
    let _ = writeln!(io::stderr(), "{}", harmless(text));
}

/// `1 user`, `2 users`.
fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// A size for people: `4.1 MB`.
fn human_size(bytes: u64) -> String {
    let (unit, divisor) = if bytes < 1_000_000 { ("kB", 1_000) } else { ("MB", 1_000_000) };
    let tenths = (bytes * 10).div_ceil(divisor);
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// Generates a password: 100 bits, without letters that look alike.
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
fn complain(error: &anyhow::Error) {
    notice(&format!("haltere: {error:#}"));
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
    fn a_generated_password_is_long_readable_and_new_each_time() {
        let password = random_password();
        let groups: Vec<_> = password.expose().split('-').map(str::len).collect();
        assert_eq!(groups, [5, 5, 5, 5]);
        assert_ne!(password, random_password());
    }
}

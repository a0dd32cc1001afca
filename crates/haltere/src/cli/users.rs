//! `haltere users`: works on the data folder, with or without a running server.

use std::fmt::Write as _;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use haltere_app::users::{User, Users};
use haltere_core::{Role, UserName};

use super::password::PasswordSource;
use super::sources::Common;
use super::{block_on, cli_ctx, notice, print_quoting};
use crate::data_dir::DataDir;
use crate::wiring;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a user.
    Add {
        #[arg(value_parser = UserName::parse)]
        name: UserName,

        /// What the user may do: admin, editor, viewer, connectionManager or monitoringViewer; may be given more than once
        #[arg(long = "role", value_name = "ROLE", required = true)]
        roles: Vec<Role>,

        #[command(flatten)]
        password: PasswordSource,
    },
    /// List the users and their roles.
    List,
    /// Give a user a new password and end their sessions.
    Passwd {
        #[arg(value_parser = UserName::parse)]
        name: UserName,

        #[command(flatten)]
        password: PasswordSource,
    },
    /// Remove a user and end their sessions.
    Remove {
        #[arg(value_parser = UserName::parse)]
        name: UserName,
    },
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let settings = self.common.load()?.settings;
        let data = DataDir::open(&settings.data.dir)?;
        block_on(async {
            let store = wiring::store_for_command(&data).await?;
            let outcome = self.command.run(&wiring::users(store.clone())).await;
            store.close().await;
            outcome
        })
    }
}

impl Command {
    async fn run(self, users: &Users) -> anyhow::Result<()> {
        let ctx = cli_ctx();
        match self {
            Self::Add { name, roles, password } => {
                let roles = roles.into_iter().collect();
                let outcome = users.add(&ctx, &name, password.read()?, roles).await;
                outcome.with_context(|| format!("failed to add {name}"))?;
                notice(&format!("added {name}"));
            }
            Self::List => {
                let users = users.list(&ctx).await.context("failed to list the users")?;
                print_quoting(&table(&users))?;
            }
            Self::Passwd { name, password } => {
                let outcome = users.set_password(&ctx, &name, password.read()?).await;
                outcome.with_context(|| format!("failed to change the password of {name}"))?;
                notice(&format!("changed the password of {name}; their sessions have ended"));
            }
            Self::Remove { name } => {
                let outcome = users.remove(&ctx, &name).await;
                outcome.with_context(|| format!("failed to remove {name}"))?;
                notice(&format!("removed {name}"));
            }
        }
        Ok(())
    }
}

/// One line per user: name, roles.
fn table(users: &[User]) -> String {
    let width = users.iter().map(|user| user.name.as_str().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for user in users {
        let roles: Vec<_> = user.roles.iter().map(Role::as_str).collect();
        // Writing into a String can't fail.
        let _ = writeln!(text, "{:width$}  {}", user.name.as_str(), roles.join(", "));
    }
    text
}

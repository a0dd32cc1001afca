//! `haltere users`: works on the data folder, with or without a running server.

use std::fmt::Write as _;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use haltere_app::users::{NewUser, User, UserChange, Users};
use haltere_core::{Role, UserName};

use super::password::PasswordSource;
use super::sources::Common;
use super::{cli_ctx, notice, print_quoting, with_store};
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

        /// Add the user without a password: they set one by an invitation (`haltere users invite`)
        #[arg(long, conflicts_with = "password_stdin")]
        invite: bool,

        /// The user has to change the password at the first login
        #[arg(long)]
        must_change_password: bool,
    },
    /// List the users: names, roles and what else there is to know.
    List,
    /// Replace the roles of a user and end their sessions.
    Roles {
        #[arg(value_parser = UserName::parse)]
        name: UserName,

        /// What the user may do from now on; may be given more than once
        #[arg(long = "role", value_name = "ROLE", required = true)]
        roles: Vec<Role>,
    },
    /// Let a user not log in any more, and end their sessions.
    Disable {
        #[arg(value_parser = UserName::parse)]
        name: UserName,
    },
    /// Let a disabled user log in again.
    Enable {
        #[arg(value_parser = UserName::parse)]
        name: UserName,
    },
    /// Make a token by which a user can set a password, once, within three days.
    Invite {
        #[arg(value_parser = UserName::parse)]
        name: UserName,
    },
    /// End the sessions of a user.
    EndSessions {
        #[arg(value_parser = UserName::parse)]
        name: UserName,
    },
    /// Let a user log in with a password even where local login is off (sign_on.local_login), for when the provider is not
    /// available.
    BreakGlass {
        #[arg(value_parser = UserName::parse)]
        name: UserName,

        /// Take it back
        #[arg(long)]
        off: bool,
    },
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
        with_store(self.common, async |_, store| self.command.run(&wiring::users(store)).await)
    }
}

impl Command {
    async fn run(self, users: &Users) -> anyhow::Result<()> {
        let ctx = cli_ctx();
        match self {
            Self::Add { name, roles, password, invite, must_change_password } => {
                let password = if invite { None } else { Some(password.read()?) };
                let new = NewUser {
                    name: name.clone(),
                    password,
                    roles: roles.into_iter().collect(),
                    disabled: false,
                    must_change_password,
                };
                let outcome = users.add(&ctx, new).await;
                outcome.with_context(|| format!("failed to add {name}"))?;
                notice(&format!("added {name}"));
            }
            Self::List => {
                let excepted = users.break_glass(&ctx).await.context("failed to list the users")?;
                let users = users.list(&ctx).await.context("failed to list the users")?;
                print_quoting(&table(&users, &excepted))?;
            }
            Self::Roles { name, roles } => {
                let roles = roles.into_iter().collect();
                let outcome = users.set_roles(&ctx, &name, roles).await;
                outcome.with_context(|| format!("failed to change the roles of {name}"))?;
                notice(&format!("changed the roles of {name}"));
            }
            Self::Disable { name } => {
                let outcome = users.change(&ctx, &name, disabled(true)).await;
                outcome.with_context(|| format!("failed to disable {name}"))?;
                notice(&format!("disabled {name}; their sessions have ended"));
            }
            Self::Enable { name } => {
                let outcome = users.change(&ctx, &name, disabled(false)).await;
                outcome.with_context(|| format!("failed to enable {name}"))?;
                notice(&format!("enabled {name}"));
            }
            Self::Invite { name } => {
                let outcome = users.invite(&ctx, &name).await;
                let new = outcome.with_context(|| format!("failed to invite {name}"))?;
                notice(&format!(
                    "anyone who has this token can set the password of {name}, once, until {}",
                    new.expires_at
                ));
                print_quoting(&format!("{}\n", new.token.expose()))?;
            }
            Self::EndSessions { name } => {
                let outcome = users.end_sessions(&ctx, &name, None).await;
                outcome.with_context(|| format!("failed to end the sessions of {name}"))?;
                notice(&format!("ended the sessions of {name}"));
            }
            Self::BreakGlass { name, off } => {
                let outcome = users.set_break_glass(&ctx, &name, !off).await;
                outcome.with_context(|| format!("failed to change how {name} may log in"))?;
                notice(&if off {
                    format!("{name} can log in with a password only where local login is on")
                } else {
                    format!("{name} can log in with a password even where local login is off")
                });
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

fn disabled(disabled: bool) -> UserChange {
    UserChange { disabled: Some(disabled), ..UserChange::default() }
}

/// One line per user: name, roles, and what is not usual.
fn table(users: &[User], excepted: &[UserName]) -> String {
    let width = users.iter().map(|user| user.name.as_str().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for user in users {
        let roles: Vec<_> = user.roles.iter().map(Role::as_str).collect();
        let mut facts = vec![roles.join(", ")];
        let noted = [
            (user.disabled, "disabled"),
            (user.must_change_password, "has to change the password"),
            (!user.has_password, "no password yet"),
            (user.invited_until.is_some(), "invited"),
            (excepted.contains(&user.name), "may always log in with a password"),
        ];
        facts.extend(noted.iter().filter(|(is_so, _)| *is_so).map(|(_, note)| (*note).to_owned()));
        // Writing into a String can't fail.
        let _ = writeln!(text, "{:width$}  {}", user.name.as_str(), facts.join("; "));
    }
    text
}

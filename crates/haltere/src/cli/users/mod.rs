//! `haltere users`: works on the data folder, with or without a running server, or on a remote haltere.

mod directory;
mod local;
mod remote;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use haltere_app::users::{NewUser, UserChange};
use haltere_core::{Role, UserName};

use self::directory::{Invitation, ListedUser, UserDirectory};
use self::local::LocalUsers;
use self::remote::RemoteUsers;
use super::exit::Usage;
use super::password::{LoginPassword, PasswordSource};
use super::remote::{Target, with_remote};
use super::sources::Common;
use super::table::table;
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
    /// Remove the second factor of a user, who has lost the device and the recovery codes, and end their sessions. The user
    /// sees it after the next login. With --remote, it needs the password of the login: a token can't do it.
    ResetSecondFactor {
        #[arg(value_parser = UserName::parse)]
        name: UserName,

        #[command(flatten)]
        password: LoginPassword,
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
    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        let Self { common, mut command } = self;
        match target {
            Target::DataFolder => {
                command.expect_local()?;
                with_store(common, async |_, store| {
                    let users = LocalUsers { users: wiring::users(store), ctx: cli_ctx() };
                    command.run(&users).await
                })
            }
            Target::Remote => with_remote(&common, async |remote| {
                let password = command.take_password();
                command.run(&RemoteUsers { remote, password }).await
            }),
        }
    }
}

impl Command {
    /// Refuses what is for a remote haltere only.
    fn expect_local(&self) -> anyhow::Result<()> {
        match self {
            Self::ResetSecondFactor { name: _, password } if password.is_given() => {
                Err(Usage::because(anyhow!("--password-stdin: is for --remote only")))
            }
            _ => Ok(()),
        }
    }

    /// How the password of the login comes in, for a command that may need it.
    fn take_password(&mut self) -> LoginPassword {
        match self {
            Self::ResetSecondFactor { name: _, password } => std::mem::take(password),
            _ => LoginPassword::default(),
        }
    }

    async fn run(self, users: &impl UserDirectory) -> anyhow::Result<()> {
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
                let outcome = users.add(new).await;
                outcome.with_context(|| format!("failed to add {name}"))?;
                notice(&format!("added {name}"));
            }
            Self::List => {
                let users = users.list().await.context("failed to list the users")?;
                print_quoting(&table(users.iter().map(row)))?;
            }
            Self::Roles { name, roles } => {
                let roles = Some(roles.into_iter().collect());
                let change = UserChange { roles, ..UserChange::default() };
                let outcome = users.change(&name, change).await;
                outcome.with_context(|| format!("failed to change the roles of {name}"))?;
                notice(&format!("changed the roles of {name}"));
            }
            Self::Disable { name } => {
                let outcome = users.change(&name, disabled(true)).await;
                outcome.with_context(|| format!("failed to disable {name}"))?;
                notice(&format!("disabled {name}; their sessions have ended"));
            }
            Self::Enable { name } => {
                let outcome = users.change(&name, disabled(false)).await;
                outcome.with_context(|| format!("failed to enable {name}"))?;
                notice(&format!("enabled {name}"));
            }
            Self::Invite { name } => {
                let outcome = users.invite(&name).await;
                let Invitation { token, expires_at } =
                    outcome.with_context(|| format!("failed to invite {name}"))?;
                notice(&format!(
                    "anyone who has this token can set the password of {name}, once, until {expires_at}"
                ));
                print_quoting(&format!("{}\n", token.expose()))?;
            }
            Self::EndSessions { name } => {
                let outcome = users.end_sessions(&name).await;
                outcome.with_context(|| format!("failed to end the sessions of {name}"))?;
                notice(&format!("ended the sessions of {name}"));
            }
            Self::ResetSecondFactor { name, password: _ } => {
                let outcome = users.reset_second_factor(&name).await;
                outcome.with_context(|| format!("failed to reset the second factor of {name}"))?;
                notice(&format!("removed the second factor of {name}; their sessions have ended"));
            }
            Self::BreakGlass { name, off } => {
                let outcome = users.set_break_glass(&name, !off).await;
                outcome.with_context(|| format!("failed to change how {name} may log in"))?;
                notice(&if off {
                    format!("{name} can log in with a password only where local login is on")
                } else {
                    format!("{name} can log in with a password even where local login is off")
                });
            }
            Self::Passwd { name, password } => {
                let password = Some(password.read()?);
                let change = UserChange { password, ..UserChange::default() };
                let outcome = users.change(&name, change).await;
                outcome.with_context(|| format!("failed to change the password of {name}"))?;
                notice(&format!("changed the password of {name}; their sessions have ended"));
            }
            Self::Remove { name } => {
                let outcome = users.remove(&name).await;
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

/// The name, the roles, and what is not usual.
fn row(user: &ListedUser) -> (&str, Vec<String>) {
    let mut facts = vec![user.roles.join(", ")];
    let noted = [
        (user.disabled, "disabled"),
        (user.must_change_password, "has to change the password"),
        (!user.has_password, "no password yet"),
        (user.has_second_factor, "second factor"),
        (user.invited, "invited"),
        (user.is_excepted, "may always log in with a password"),
    ];
    facts.extend(noted.iter().filter(|(is_so, _)| *is_so).map(|(_, note)| (*note).to_owned()));
    (&user.name, facts)
}

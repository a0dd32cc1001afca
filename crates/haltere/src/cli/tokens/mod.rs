//! `haltere tokens`: works on the data folder, with or without a running server, or on a remote haltere.

mod directory;
mod local;
mod remote;

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use haltere_app::Action;
use haltere_app::tokens::NewToken;
use haltere_core::{
    Clock as _, ConnectionId, LabelSelector, Network, Role, Timestamp, TokenName, TokenScope,
    UserName,
};
use jiff::SignedDuration;

use self::directory::{Created, ListedLimits, ListedToken, TokenDirectory};
use self::local::LocalTokens;
use self::remote::RemoteTokens;
use super::exit::Usage;
use super::password::LoginPassword;
use super::remote::{Target, with_remote};
use super::sources::Common;
use super::table::table;
use super::{cli_ctx, notice, print, print_quoting, with_store};
use crate::clock::SystemClock;
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
    /// Create a token and print it. It can't be shown again.
    Create(Box<Create>),
    /// List the tokens: names, users, roles, and what else there is to know.
    List,
    /// Revoke a token: it is not valid from then on.
    Revoke {
        #[arg(value_parser = TokenName::parse)]
        name: TokenName,
    },
}

#[derive(Debug, Args)]
struct Create {
    #[arg(value_parser = TokenName::parse)]
    name: TokenName,

    /// The user for whom the token acts; it never has more rights than they have. With --remote, the user of the login
    #[arg(long, value_name = "USER", value_parser = UserName::parse)]
    user: Option<UserName>,

    #[command(flatten)]
    password: LoginPassword,

    /// What the token may do: admin, editor, viewer, connectionManager or monitoringViewer
    #[arg(long, value_name = "ROLE")]
    role: Role,

    /// For how long it is valid, for example 30d or 12h
    #[arg(long, value_name = "TIME", value_parser = lifetime, conflicts_with = "valid_until", required_unless_present = "valid_until")]
    valid_for: Option<SignedDuration>,

    /// Until when it is valid, for example 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIME")]
    valid_until: Option<Timestamp>,

    /// What the token is for
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    description: String,

    /// It may only do what changes nothing
    #[arg(long)]
    read_only: bool,

    /// It may only do this, for example connections.create; may be given more than once
    #[arg(long = "only", value_name = "ACTION", value_parser = action)]
    actions: Vec<Action>,

    /// Only the connection with this id; may be given more than once
    #[arg(long = "connection", value_name = "ID", value_parser = ConnectionId::parse)]
    connections: Vec<ConnectionId>,

    /// Only connections with these labels, for example site=graz,line!=2
    #[arg(long, value_name = "SELECTOR", value_parser = LabelSelector::parse)]
    label: Option<LabelSelector>,

    /// Only from this address or network, for example 10.0.0.0/8; may be given more than once
    #[arg(long = "network", value_name = "NETWORK")]
    networks: Vec<Network>,
}

impl Options {
    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        let Self { common, mut command } = self;
        match target {
            Target::DataFolder => {
                command.expect_local()?;
                with_store(common, async |settings, store| {
                    let tokens = wiring::tokens(settings, store);
                    command.run(&LocalTokens { tokens, ctx: cli_ctx() }).await
                })
            }
            Target::Remote => with_remote(&common, async |remote| {
                let password = command.take_password();
                command.run(&RemoteTokens { remote, password }).await
            }),
        }
    }
}

impl Command {
    /// Refuses what is for a remote haltere only.
    fn expect_local(&self) -> anyhow::Result<()> {
        let Self::Create(create) = self else { return Ok(()) };
        let why = if create.user.is_none() {
            "--user: is missing"
        } else if create.password.is_given() {
            "--password-stdin: is for --remote only"
        } else {
            return Ok(());
        };
        Err(Usage::because(anyhow!(why)))
    }

    /// How the password comes in, for a command that may need it.
    fn take_password(&mut self) -> LoginPassword {
        match self {
            Self::Create(create) => std::mem::take(&mut create.password),
            Self::List | Self::Revoke { .. } => LoginPassword::default(),
        }
    }

    async fn run(self, tokens: &impl TokenDirectory) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => {
                let name = create.name.clone();
                let new = create.into_token()?;
                let outcome = tokens.create(new).await;
                let Created { owner, expires_at, secret } =
                    outcome.with_context(|| format!("failed to create {name}"))?;
                notice(&format!("anyone who has this token acts for {owner} until {expires_at}"));
                print(&format!("{}\n", secret.expose()))?;
            }
            Self::List => {
                let tokens = tokens.list().await.context("failed to list the tokens")?;
                let now = SystemClock.now();
                print_quoting(&table(tokens.iter().map(|token| row(token, now))))?;
            }
            Self::Revoke { name } => {
                let outcome = tokens.revoke(&name).await;
                outcome.with_context(|| format!("failed to revoke {name}"))?;
                notice(&format!("revoked {name}"));
            }
        }
        Ok(())
    }
}

impl Create {
    fn into_token(self) -> anyhow::Result<NewToken> {
        let Self { name, user, role, description, read_only, networks, .. } = self;
        let expires_at = match (self.valid_for, self.valid_until) {
            (Some(time), _) => SystemClock.now().checked_add(time).context("--valid-for")?,
            (None, Some(until)) => until,
            (None, None) => bail!("one of --valid-for and --valid-until is needed"),
        };
        if self.label.as_ref().is_some_and(LabelSelector::is_empty) {
            bail!("--label: must not be empty; leave it out for all connections");
        }
        let connections = self.connections.into_iter().collect();
        let scope = TokenScope {
            connections: Some(connections)
                .filter(|ids: &std::collections::BTreeSet<_>| !ids.is_empty()),
            labels: self.label.unwrap_or_default(),
            networks,
            read_only,
        };
        let actions = self.actions.into_iter().collect();
        let actions = Some(actions).filter(|it: &std::collections::BTreeSet<_>| !it.is_empty());
        Ok(NewToken { name, description, owner: user, role, expires_at, scope, actions })
    }
}

/// The action with this name.
fn action(name: &str) -> Result<Action, String> {
    let known = || Action::ALL.map(Action::as_str).join(", ");
    Action::parse(name).ok_or_else(|| format!("must be one of {}", known()))
}

/// A length of time in which a day has 24 hours: `30d`, `12h`, `1h 30m`.
fn lifetime(text: &str) -> Result<SignedDuration, String> {
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<i64>().ok());
    let time = match days {
        Some(days) => days.checked_mul(24).map(SignedDuration::from_hours),
        None => text.parse().ok(),
    };
    let time = time.filter(SignedDuration::is_positive);
    time.ok_or_else(|| "must be a length of time such as 30d or 12h".to_owned())
}

/// The name, the user, the role, the end, and what limits it.
fn row(token: &ListedToken, now: Timestamp) -> (&str, Vec<String>) {
    let ListedToken { name, owner, role, expires_at, last_used_at, limits } = token;
    let end = if *expires_at <= now { "expired" } else { "until" };
    let mut facts = vec![format!("{role} for {owner}"), format!("{end} {expires_at}")];
    match limits {
        Some(limits) => facts.extend(limiting(limits)),
        None => facts.push("not valid, because what limits it can't be read".to_owned()),
    }
    facts.push(last_used_at.map_or("never used".to_owned(), |at| format!("last used {at}")));
    (name, facts)
}

fn limiting(limits: &ListedLimits) -> Vec<String> {
    let ListedLimits { read_only, actions, connections, labels, networks } = limits;
    let mut facts = Vec::new();
    facts.extend(actions.as_ref().map(|names| format!("only {}", names.join(", "))));
    if *read_only {
        facts.push("read-only".to_owned());
    }
    facts.extend(connections.as_ref().map(|ids| format!("connections {}", ids.join(", "))));
    facts.extend(labels.as_ref().map(|labels| format!("labels {labels}")));
    if !networks.is_empty() {
        facts.push(format!("from {}", networks.join(", ")));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_may_be_in_days() {
        assert_eq!(lifetime("30d"), Ok(SignedDuration::from_hours(720)));
        assert_eq!(lifetime("1h 30m"), Ok(SignedDuration::from_mins(90)));
        for wrong in ["", "d", "soon", "9223372036854775807d"] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}

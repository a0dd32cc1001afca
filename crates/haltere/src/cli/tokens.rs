//! `haltere tokens`: works on the data folder, with or without a running server.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use haltere_app::tokens::{NewToken, Token, Tokens};
use haltere_core::{
    Clock as _, ConnectionId, LabelSelector, Network, Role, Timestamp, TokenName, TokenScope,
    UserName,
};
use jiff::SignedDuration;

use super::sources::Common;
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

    /// The user for whom the token acts; it never has more rights than they have
    #[arg(long, value_name = "USER", value_parser = UserName::parse)]
    user: UserName,

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
    pub(super) fn run(self) -> anyhow::Result<()> {
        with_store(self.common, async |settings, store| {
            self.command.run(&wiring::tokens(settings, store)).await
        })
    }
}

impl Command {
    async fn run(self, tokens: &Tokens) -> anyhow::Result<()> {
        let ctx = cli_ctx();
        match self {
            Self::Create(create) => {
                let name = create.name.clone();
                let new = create.into_token()?;
                let outcome = tokens.create(&ctx, new).await;
                let created = outcome.with_context(|| format!("failed to create {name}"))?;
                let Token { owner, expires_at, .. } = &created.token;
                notice(&format!("anyone who has this token acts for {owner} until {expires_at}"));
                print(&format!("{}\n", created.secret.expose()))?;
            }
            Self::List => {
                let tokens = tokens.list(&ctx).await.context("failed to list the tokens")?;
                print_quoting(&table(&tokens, SystemClock.now()))?;
            }
            Self::Revoke { name } => {
                let outcome = tokens.revoke_named(&ctx, &name).await;
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
        Ok(NewToken { name, description, owner: Some(user), role, expires_at, scope })
    }
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

/// One line per token: name, user, role, end, and what limits it.
fn table(tokens: &[Token], now: Timestamp) -> String {
    let width = tokens.iter().map(|token| token.name.as_str().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for token in tokens {
        let Token { name, owner, role, expires_at, last_used_at, scope, .. } = token;
        let end = if *expires_at <= now { "expired" } else { "until" };
        let mut facts = vec![format!("{role} for {owner}"), format!("{end} {expires_at}")];
        match scope {
            Some(scope) => facts.extend(limits(scope)),
            None => facts.push("not valid, because what limits it can't be read".to_owned()),
        }
        facts.push(last_used_at.map_or("never used".to_owned(), |at| format!("last used {at}")));
        // Writing into a String can't fail.
        let _ = writeln!(text, "{:width$}  {}", name.as_str(), facts.join("; "));
    }
    text
}

fn limits(scope: &TokenScope) -> Vec<String> {
    let TokenScope { connections, labels, networks, read_only } = scope;
    let mut limits = Vec::new();
    if *read_only {
        limits.push("read-only".to_owned());
    }
    if let Some(ids) = connections {
        let ids: Vec<_> = ids.iter().map(ConnectionId::as_str).collect();
        limits.push(format!("connections {}", ids.join(", ")));
    }
    if !labels.is_empty() {
        limits.push(format!("labels {labels}"));
    }
    if !networks.is_empty() {
        let networks: Vec<_> = networks.iter().map(Network::to_string).collect();
        limits.push(format!("from {}", networks.join(", ")));
    }
    limits
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

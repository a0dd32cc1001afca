//! `haltere groups`: works on the data folder, with or without a running server.

use std::fmt::Write as _;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use haltere_app::groups::{Group, GroupChange, Groups, NewGroup};
use haltere_core::{GroupName, LabelSelector, Role};

use super::sources::Common;
use super::{cli_ctx, counted, notice, print_quoting, with_store};
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
    /// Add a group: its members see only its connections, with its role.
    Add {
        #[arg(value_parser = GroupName::parse)]
        name: GroupName,

        /// What the members may do with the connections: admin, editor, viewer, connectionManager or monitoringViewer
        #[arg(long)]
        role: Role,

        #[command(flatten)]
        contents: Contents,
    },
    /// List the groups: names, roles, members and connections.
    List,
    /// Change a group; what is left out stays as it is.
    Set {
        #[arg(value_parser = GroupName::parse)]
        name: GroupName,

        /// What the members may do with the connections
        #[arg(long)]
        role: Option<Role>,

        #[command(flatten)]
        contents: Contents,

        /// Remove all members
        #[arg(long, conflicts_with = "users")]
        no_users: bool,

        /// Remove all connections from the list of the group
        #[arg(long, conflicts_with = "connections")]
        no_connections: bool,
        /// Whether members see only the group's connections; always so if it has some
        #[arg(long, value_name = "true|false")]
        narrows: Option<bool>,
    },
    /// Remove a group.
    Remove {
        #[arg(value_parser = GroupName::parse)]
        name: GroupName,
    },
}

/// What is in a group.
#[derive(Debug, Args)]
struct Contents {
    /// A member; may be given more than once, and replaces those that the group has
    #[arg(long = "user", value_name = "NAME")]
    users: Vec<String>,

    /// The id of a connection; may be given more than once, and replaces those that the group has
    #[arg(long = "connection", value_name = "ID")]
    connections: Vec<String>,

    /// Which connections belong to the group in addition, by their labels: site=graz,line!=2; an empty one for none
    #[arg(long, value_name = "SELECTOR", value_parser = LabelSelector::parse)]
    label: Option<LabelSelector>,

    /// What the group is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        with_store(self.common, async |_, store| self.command.run(&wiring::groups(store)).await)
    }
}

impl Command {
    async fn run(self, groups: &Groups) -> anyhow::Result<()> {
        let ctx = cli_ctx();
        match self {
            Self::Add { name, role, contents } => {
                let Contents { users, connections, label, description } = contents;
                let label = label.unwrap_or_default();
                let new = NewGroup {
                    users,
                    connections,
                    label,
                    description,
                    ..NewGroup::new(name.clone(), role)
                };
                let outcome = groups.add(&ctx, new).await;
                outcome.with_context(|| format!("failed to add {name}"))?;
                notice(&format!("added {name}"));
            }
            Self::List => {
                let groups = groups.list(&ctx).await.context("failed to list the groups")?;
                print_quoting(&table(&groups))?;
            }
            Self::Set { name, role, contents, no_users, no_connections, narrows } => {
                let Contents { users, connections, label, description } = contents;
                let given =
                    |list: Vec<String>, none: bool| (none || !list.is_empty()).then_some(list);
                let change = GroupChange {
                    description,
                    role,
                    users: given(users, no_users),
                    connections: given(connections, no_connections),
                    label,
                    narrows,
                };
                let outcome = groups.change(&ctx, &name, change).await;
                outcome.with_context(|| format!("failed to change {name}"))?;
                notice(&format!("changed {name}"));
            }
            Self::Remove { name } => {
                let outcome = groups.remove(&ctx, &name).await;
                outcome.with_context(|| format!("failed to remove {name}"))?;
                notice(&format!("removed {name}"));
            }
        }
        Ok(())
    }
}

/// One line per group: name, role, and what is in it.
fn table(groups: &[Group]) -> String {
    let width = groups.iter().map(|group| group.name.as_str().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for group in groups {
        let members: Vec<_> = group.members.iter().map(|it| it.user.as_str()).collect();
        let mut facts = vec![group.role.as_str().to_owned()];
        facts.push(if members.is_empty() { "no users".to_owned() } else { members.join(", ") });
        if !group.connections.is_empty() || group.label.is_empty() {
            facts.push(counted(group.connections.len() as u64, "connection"));
        }
        if !group.label.is_empty() {
            facts.push(format!("with the labels {}", group.label));
        }
        if !group.narrows {
            facts.push("hides nothing".to_owned());
        }
        // Writing into a String can't fail.
        let _ = writeln!(text, "{:width$}  {}", group.name.as_str(), facts.join("; "));
    }
    text
}

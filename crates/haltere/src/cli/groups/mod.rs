//! `haltere groups`: works on the data folder, with or without a running server, or on a remote haltere.

mod directory;
mod local;
mod remote;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use haltere_app::groups::{GroupChange, NewGroup};
use haltere_core::{GroupName, LabelSelector, Role};

use self::directory::{GroupDirectory, ListedGroup};
use self::local::LocalGroups;
use super::remote::{Target, with_remote};
use super::sources::Common;
use super::table::table;
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
    pub(super) fn run(self, target: Target) -> anyhow::Result<()> {
        let Self { common, command } = self;
        match target {
            Target::DataFolder => with_store(common, async |_, store| {
                let groups = LocalGroups { groups: wiring::groups(store), ctx: cli_ctx() };
                command.run(&groups).await
            }),
            Target::Remote => with_remote(&common, async |remote| command.run(remote).await),
        }
    }
}

impl Command {
    async fn run(self, groups: &impl GroupDirectory) -> anyhow::Result<()> {
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
                let outcome = groups.add(new).await;
                outcome.with_context(|| format!("failed to add {name}"))?;
                notice(&format!("added {name}"));
            }
            Self::List => {
                let groups = groups.list().await.context("failed to list the groups")?;
                print_quoting(&table(groups.iter().map(row)))?;
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
                let outcome = groups.change(&name, change).await;
                outcome.with_context(|| format!("failed to change {name}"))?;
                notice(&format!("changed {name}"));
            }
            Self::Remove { name } => {
                let outcome = groups.remove(&name).await;
                outcome.with_context(|| format!("failed to remove {name}"))?;
                notice(&format!("removed {name}"));
            }
        }
        Ok(())
    }
}

/// The name, the role, and what is in it.
fn row(group: &ListedGroup) -> (&str, Vec<String>) {
    let ListedGroup { name, role, users, connections, label, narrows } = group;
    let mut facts = vec![role.clone()];
    facts.push(if users.is_empty() { "no users".to_owned() } else { users.join(", ") });
    if *connections > 0 || label.is_none() {
        facts.push(counted(*connections as u64, "connection"));
    }
    facts.extend(label.as_ref().map(|label| format!("with the labels {label}")));
    if !narrows {
        facts.push("hides nothing".to_owned());
    }
    (name, facts)
}

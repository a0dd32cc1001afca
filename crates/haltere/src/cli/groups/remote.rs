//! The groups of a remote haltere.

use std::collections::BTreeMap;

use haltere_app::groups::{GroupChange, NewGroup};
use haltere_core::{GroupName, LabelSelector, Role};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::directory::{GroupDirectory, ListedGroup};
use crate::cli::remote::{Method, Remote, component};

const PATH: &str = "/api/user-management/groups";

/// A group on the wire.
#[derive(Deserialize)]
struct WireGroup {
    name: String,
    role: String,
    users: Vec<String>,
    connections: Vec<IgnoredAny>,
    label: Option<String>,
    narrows: bool,
}

/// A new group, or what to change about one: what is absent stays as it is.
#[derive(Serialize)]
struct GroupBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    narrows: Option<bool>,
}

impl GroupDirectory for Remote {
    async fn list(&self) -> anyhow::Result<Vec<ListedGroup>> {
        let groups: BTreeMap<String, WireGroup> = self.get(PATH).await?;
        Ok(groups.into_values().map(ListedGroup::from).collect())
    }

    async fn add(&self, new: NewGroup) -> anyhow::Result<()> {
        let NewGroup { name, description, role, users, connections, label, narrows } = new;
        let body = GroupBody {
            name: Some(name.as_str()),
            description,
            role: Some(role.as_str()),
            users: Some(users),
            connections: Some(connections),
            label: Some(label.to_string()),
            narrows: Some(narrows),
        };
        let _: IgnoredAny = self.send(Method::POST, PATH, &body).await?;
        Ok(())
    }

    async fn change(&self, name: &GroupName, change: GroupChange) -> anyhow::Result<()> {
        let GroupChange { description, role, users, connections, label, narrows } = change;
        let body = GroupBody {
            name: None,
            description,
            role: role.map(Role::as_str),
            users,
            connections,
            label: label.as_ref().map(LabelSelector::to_string),
            narrows,
        };
        let _: IgnoredAny = self.send(Method::PUT, &path(name), &body).await?;
        Ok(())
    }

    async fn remove(&self, name: &GroupName) -> anyhow::Result<()> {
        Ok(self.act(Method::DELETE, &path(name)).await?)
    }
}

fn path(name: &GroupName) -> String {
    format!("{PATH}/{}", component(name.as_str()))
}

impl From<WireGroup> for ListedGroup {
    fn from(group: WireGroup) -> Self {
        let WireGroup { name, role, users, connections, label, narrows } = group;
        Self { name, role, users, connections: connections.len(), label, narrows }
    }
}

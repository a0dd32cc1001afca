//! A group on its way out.

use std::collections::BTreeMap;

use axum::response::Response;
use haltere_app::groups::{Group, Membership};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::json;

/// A group of users.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Group, example = json!({
    "name": "Night shift", "description": "Six brokers of the presses", "role": "viewer", "users": ["ann", "bob"],
    "connections": ["press-1", "press-2"], "label": "site=graz", "narrows": true,
}))]
pub(crate) struct WireGroup {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What the members may do with the group's connections.
    role: &'static str,
    /// The members, by name.
    users: Vec<String>,
    /// Ids of connections, sorted; those that the caller may see.
    connections: Vec<String>,
    /// Which connections belong to the group in addition, by their labels; absent if none do. As the parameter `label` of
    /// `GET /api/connections`.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// Whether the members see only the group's connections. True if it has some, and also after the last one was deleted.
    narrows: bool,
}

/// Groups, by name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(as = Groups)]
pub(crate) struct WireGroups(BTreeMap<String, WireGroup>);

/// That a user is a member of a group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Membership)]
pub(crate) struct WireMembership {
    /// The group.
    name: String,
    added_by: AddedBy,
}

/// Who made a user a member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedBy {
    username: String,
}

impl From<Group> for WireGroup {
    fn from(group: Group) -> Self {
        let Group {
            name,
            description,
            role,
            members,
            connections,
            label,
            narrows,
            created_at: _,
            updated_at: _,
        } = group;
        Self {
            name: name.as_str().to_owned(),
            description,
            role: role.as_str(),
            users: members.into_iter().map(|member| member.user.as_str().to_owned()).collect(),
            connections,
            label: (!label.is_empty()).then(|| label.to_string()),
            narrows,
        }
    }
}

impl From<Membership> for WireMembership {
    fn from(membership: Membership) -> Self {
        let Membership { group, added_by } = membership;
        Self { name: group.as_str().to_owned(), added_by: AddedBy { username: added_by } }
    }
}

/// All groups, by name.
pub(super) fn response(groups: Vec<Group>) -> Response {
    let groups = groups.into_iter().map(WireGroup::from);
    let groups = groups.map(|group| (group.name.clone(), group)).collect();
    json(StatusCode::OK, &WireGroups(groups))
}

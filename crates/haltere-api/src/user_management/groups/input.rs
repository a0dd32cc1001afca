//! A group on its way in.

use haltere_app::groups::{GroupChange, NewGroup};
use haltere_core::{GroupName, LabelSelector, Role};
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire::fields::{Fields, Invalid};

/// A new group.
#[derive(ToSchema)]
#[schema(as = NewGroup, rename_all = "camelCase")]
pub(crate) struct NewGroupInput {
    /// Unique; it can't be changed.
    #[schema(value_type = String, min_length = 1, max_length = 30)]
    name: GroupName,
    #[schema(max_length = 1000, nullable = false)]
    description: Option<String>,
    /// What the members may do with the group's connections: one of `GET /api/user-management/roles`.
    #[schema(value_type = String)]
    role: Role,
    /// Names of users.
    #[schema(max_items = 1000, nullable = false)]
    users: Option<Vec<String>>,
    /// Ids of connections.
    #[schema(max_items = 1000, nullable = false)]
    connections: Option<Vec<String>>,
    /// Which connections belong to the group in addition, by their labels: as the parameter `label` of
    /// `GET /api/connections`.
    #[schema(value_type = Option<String>, example = "site=graz", nullable = false)]
    label: Option<LabelSelector>,
    /// Whether the members see only the group's connections, also if it has none. A group with connections always does
    /// that.
    #[schema(nullable = false)]
    narrows: Option<bool>,
}

/// What to change about a group; what is absent stays as it is.
#[derive(ToSchema)]
#[schema(as = GroupChange, rename_all = "camelCase")]
pub(crate) struct GroupChangeInput {
    /// The name in the path; it can't be changed.
    #[schema(nullable = false)]
    name: Option<String>,
    /// An empty one removes it.
    #[schema(max_length = 1000, nullable = false)]
    description: Option<String>,
    #[schema(value_type = Option<String>, nullable = false)]
    role: Option<Role>,
    /// They replace the members.
    #[schema(max_items = 1000, nullable = false)]
    users: Option<Vec<String>>,
    /// They replace the connections.
    #[schema(max_items = 1000, nullable = false)]
    connections: Option<Vec<String>>,
    /// An empty one removes it.
    #[schema(value_type = Option<String>, nullable = false)]
    label: Option<LabelSelector>,
    /// Whether the members see only the group's connections, also if it has none.
    #[schema(nullable = false)]
    narrows: Option<bool>,
}

impl NewGroupInput {
    pub(super) fn read(body: Value) -> Result<NewGroup, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let name = fields.required_string("name")?;
        let name = GroupName::parse(&name).map_err(|why| fields.fault("name", &why))?;
        let role = fields.required_string("role")?;
        let input = Self {
            name,
            role: role.parse().map_err(|why| fields.refuse("role", why))?,
            description: fields.string("description")?,
            users: fields.strings("users")?,
            connections: fields.strings("connections")?,
            label: label(&mut fields)?,
            narrows: fields.strict_boolean("narrows")?,
        };
        fields.finish()?;
        let Self { name, description, role, users, connections, label, narrows } = input;
        Ok(NewGroup {
            name,
            description,
            role,
            users: users.unwrap_or_default(),
            connections: connections.unwrap_or_default(),
            label: label.unwrap_or_default(),
            narrows: narrows.unwrap_or_default(),
        })
    }
}

impl GroupChangeInput {
    /// `name` is the one in the path.
    pub(super) fn read(body: Value, name: &str) -> Result<GroupChange, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let role = fields.string("role")?.map(|role| role.parse::<Role>()).transpose();
        let input = Self {
            name: fields.string("name")?,
            role: role.map_err(|why| fields.refuse("role", why))?,
            description: fields.string("description")?,
            users: fields.strings("users")?,
            connections: fields.strings("connections")?,
            label: label(&mut fields)?,
            narrows: fields.strict_boolean("narrows")?,
        };
        if input.name.as_ref().is_some_and(|given| given != name) {
            return Err(fields.refuse("name", "can't be changed"));
        }
        fields.finish()?;
        let Self { name: _, description, role, users, connections, label, narrows } = input;
        Ok(GroupChange { description, role, users, connections, label, narrows })
    }
}

fn label(fields: &mut Fields) -> Result<Option<LabelSelector>, Invalid> {
    let text = fields.string("label")?;
    let label = text.map(|text| LabelSelector::parse(&text)).transpose();
    label.map_err(|why| fields.fault("label", &why))
}

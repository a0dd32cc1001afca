//! A token on its way in.

use std::collections::BTreeSet;

use haltere_app::Action;
use haltere_app::tokens::NewToken;
use haltere_core::{ConnectionId, LabelSelector, Network, Role, Timestamp, TokenName, TokenScope};
use serde_json::Value;
use utoipa::ToSchema;

use crate::profile::get::Permission;
use crate::wire::fields::{Fields, Invalid};

/// A new token.
#[derive(ToSchema)]
#[schema(as = NewToken, rename_all = "camelCase")]
pub(crate) struct NewTokenInput {
    /// Unique. What exceeds 30 characters is cut off.
    #[schema(value_type = String, min_length = 1)]
    name: TokenName,
    /// What the token is for.
    #[schema(max_length = 200, nullable = false)]
    description: Option<String>,
    /// From then on, the token is not valid any more. In the future, and at most `tokens.max_lifetime` from now.
    #[schema(value_type = String, format = DateTime)]
    valid_until: Timestamp,
    /// One of `GET /api/user-management/roles` that allows no more than your own roles do.
    #[schema(value_type = String)]
    role: Role,
    /// Whether the token may only do what changes nothing.
    #[schema(default = false, required = false)]
    read_only: bool,
    /// The ids of the only connections that the token covers, at most 100. Such a token may do nothing but what concerns
    /// connections.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 100, nullable = false)]
    connections: Option<BTreeSet<ConnectionId>>,
    /// A label selector: the token covers only connections that have these labels at the time. Such a token may do nothing
    /// but what concerns connections.
    #[schema(value_type = Option<String>, max_length = 1_024, nullable = false)]
    labels: Option<LabelSelector>,
    /// The only networks from which the token may be used, at most 20: addresses, or prefixes such as `10.0.0.0/8`.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 20, nullable = false)]
    networks: Option<Vec<Network>>,
    /// The only actions that the token may do, in addition to `profile.read`, by the names that `permissions` in `GET /api/profile`
    /// has. Each has to be one that the role allows, and that a token may do at all.
    #[schema(value_type = Option<Vec<Permission>>, min_items = 1, nullable = false)]
    actions: Option<BTreeSet<Action>>,
}

/// What `GET` returns and only haltere decides: clients send it back.
const READ_ONLY: [&str; 5] = ["hash", "requestedBy", "issueDate", "lastUsed", "valid"];

impl NewTokenInput {
    pub(super) fn read(body: Value) -> Result<NewToken, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let name = fields.required_string("name")?;
        let valid_until = fields.required_string("validUntil")?;
        let role = fields.required_string("role")?;
        let input = Self {
            name: TokenName::parse_cut(&name).map_err(|why| fields.fault("name", &why))?,
            description: fields.string("description")?,
            valid_until: valid_until.parse().map_err(|_| {
                fields.refuse("validUntil", "must be a time such as 2027-01-31T00:00:00Z")
            })?,
            role: role.parse::<Role>().map_err(|why| fields.refuse("role", why))?,
            read_only: fields.strict_boolean("readOnly")?.unwrap_or_default(),
            connections: connections(&mut fields)?,
            labels: labels(&mut fields)?,
            networks: networks(&mut fields)?,
            actions: actions(&mut fields)?,
        };
        fields.ignore(&READ_ONLY);
        fields.finish()?;
        let Self { name, description, valid_until, role, actions, .. } = input;
        let scope = TokenScope {
            connections: input.connections,
            labels: input.labels.unwrap_or_default(),
            networks: input.networks.unwrap_or_default(),
            read_only: input.read_only,
        };
        let description = description.unwrap_or_default().trim().to_owned();
        let expires_at = valid_until;
        Ok(NewToken { name, description, owner: None, role, expires_at, scope, actions })
    }
}

fn connections(fields: &mut Fields) -> Result<Option<BTreeSet<ConnectionId>>, Invalid> {
    let Some(ids) = fields.strings("connections")? else { return Ok(None) };
    let ids = ids.iter().map(|id| ConnectionId::parse(id)).collect::<Result<BTreeSet<_>, _>>();
    ids.map(Some).map_err(|why| fields.fault("connections", &why))
}

/// A selector that selects everything is none: it would look as if it limited something.
fn labels(fields: &mut Fields) -> Result<Option<LabelSelector>, Invalid> {
    let Some(text) = fields.string("labels")? else { return Ok(None) };
    let labels = LabelSelector::parse(&text).map_err(|why| fields.fault("labels", &why))?;
    if labels.is_empty() {
        return Err(fields.refuse("labels", "must not be empty; leave it out for all connections"));
    }
    Ok(Some(labels))
}

fn actions(fields: &mut Fields) -> Result<Option<BTreeSet<Action>>, Invalid> {
    let Some(names) = fields.strings("actions")? else { return Ok(None) };
    let actions = names.iter().map(|name| Action::parse(name)).collect::<Option<BTreeSet<_>>>();
    let unknown =
        || fields.refuse("actions", "must be names as in permissions of GET /api/profile");
    actions.map(Some).ok_or_else(unknown)
}

fn networks(fields: &mut Fields) -> Result<Option<Vec<Network>>, Invalid> {
    let Some(networks) = fields.strings("networks")? else { return Ok(None) };
    if networks.is_empty() {
        return Err(fields.refuse("networks", "must not be empty; leave it out for any address"));
    }
    let networks = networks.iter().map(|text| text.parse()).collect::<Result<Vec<Network>, _>>();
    networks.map(Some).map_err(|why| fields.refuse("networks", why))
}

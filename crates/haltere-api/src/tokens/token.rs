//! A token on its way out.

use axum::response::Response;
use haltere_app::tokens::Token;
use haltere_core::{ConnectionId, Network, Timestamp};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::json;
use crate::profile::get::Permission;
use crate::state::ApiState;
use crate::wire::time;

/// An application token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Token, example = json!({
    "name": "ci", "hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", "role": "viewer",
    "requestedBy": "ann", "issueDate": "2026-11-23T06:00:00Z", "validUntil": "2027-01-31T00:00:00Z",
    "lastUsed": null, "valid": true, "readOnly": true, "labels": "site=graz", "networks": ["10.0.0.0/8"],
}))]
pub(crate) struct WireToken {
    /// Unique.
    name: String,
    /// The SHA-256 of the token, in hexadecimal digits. Names it without being it.
    hash: String,
    /// What the token is for; absent if that was not given.
    #[schema(value_type = Option<String>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    role: &'static str,
    /// The user for whom the token acts.
    requested_by: String,
    #[schema(format = DateTime)]
    issue_date: String,
    /// From then on, the token is not valid any more.
    #[schema(format = DateTime)]
    valid_until: String,
    /// The last use, to within two minutes; `null` if there was none.
    #[schema(format = DateTime)]
    last_used: Option<String>,
    /// Whether the token has not expired, and what limits it can be read. A token of a user who is disabled has no rights
    /// all the same.
    valid: bool,
    /// Whether it may only do what changes nothing.
    read_only: bool,
    /// The ids of the only connections that the token covers; absent if they are not limited by that.
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Vec<String>>,
    /// The labels that connections have to have for the token to cover them; absent if they are not limited by that.
    #[schema(value_type = Option<String>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<String>,
    /// The only networks from which the token may be used; absent for any.
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    networks: Option<Vec<String>>,
    /// The only actions that the token may do, in addition to `profile.read`; absent for all that its role allows.
    #[schema(value_type = Option<Vec<Permission>>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<Vec<Permission>>,
}

/// A new token, with its secret. This response is the only one that contains it.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedToken)]
pub(crate) struct WireCreatedToken {
    /// For the header `Authorization: Bearer …`.
    #[schema(example = "hlt_4Xk0bqVn8sWcE2yTzR6uJpLm9aGdH1fKoQiUwB7tNvYe5CxSrA3JHSGX")]
    pub(super) token: String,
    #[serde(flatten)]
    pub(super) info: WireToken,
}

impl WireToken {
    pub(super) fn new(token: Token, now: Timestamp) -> Self {
        let Token {
            id,
            name,
            description,
            owner,
            role,
            created_at,
            expires_at,
            last_used_at,
            scope,
            actions,
        } = token;
        let valid = scope.is_some() && now < expires_at;
        let scope = scope.unwrap_or_default();
        let ids = |ids: &std::collections::BTreeSet<ConnectionId>| {
            ids.iter().map(|id| id.as_str().to_owned()).collect()
        };
        let networks: Vec<_> = scope.networks.iter().map(Network::to_string).collect();
        Self {
            name: name.as_str().to_owned(),
            hash: id.to_string(),
            description: Some(description).filter(|text| !text.is_empty()),
            role: role.as_str(),
            requested_by: owner.as_str().to_owned(),
            issue_date: time::rfc3339(created_at),
            valid_until: time::rfc3339(expires_at),
            last_used: last_used_at.map(time::rfc3339),
            valid,
            read_only: scope.read_only,
            connections: scope.connections.as_ref().map(ids),
            labels: (!scope.labels.is_empty()).then(|| scope.labels.to_string()),
            networks: (!networks.is_empty()).then_some(networks),
            actions: actions.map(|actions| actions.into_iter().map(Permission).collect()),
        }
    }
}

/// These tokens.
pub(crate) fn response(state: &ApiState, tokens: Vec<Token>) -> Response {
    let now = state.app.clock().now();
    let tokens: Vec<_> = tokens.into_iter().map(|token| WireToken::new(token, now)).collect();
    json(StatusCode::OK, &tokens)
}

//! A user on its way out.

use axum::response::Response;
use haltere_app::users::User;
use haltere_core::Role;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::json;
use crate::wire::time;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User, example = json!({
    "username": "ann", "roles": ["viewer", "connectionManager"], "disabled": false, "mustChangePassword": false,
    "hasPassword": true, "secondFactor": false, "lastLogin": "2026-11-23T06:00:00Z",
}))]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(crate) struct WireUser {
    username: String,
    /// At least one. They add up: what one of them allows is allowed.
    roles: Vec<&'static str>,
    /// Whether the user can't log in for now.
    disabled: bool,
    /// Whether the user may do nothing but change the password.
    must_change_password: bool,
    /// Without one, the user can't log in before they have set one by an invitation.
    has_password: bool,
    /// Whether a code is asked for at a login with the password.
    second_factor: bool,
    /// The last login; absent if there was none.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<String>,
    /// When the link expires by which the user can set a password; absent if there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_until: Option<String>,
}

impl From<User> for WireUser {
    fn from(user: User) -> Self {
        let User {
            name,
            roles,
            disabled,
            must_change_password,
            has_password,
            has_second_factor,
            last_login,
            invited_until,
            created_at: _,
            updated_at: _,
        } = user;
        Self {
            username: name.as_str().to_owned(),
            roles: roles.iter().map(Role::as_str).collect(),
            disabled,
            must_change_password,
            has_password,
            second_factor: has_second_factor,
            last_login: last_login.map(time::rfc3339),
            invited_until: invited_until.map(time::rfc3339),
        }
    }
}

/// All users, by name.
pub(super) fn response(users: Vec<User>) -> Response {
    let users: Vec<_> = users.into_iter().map(WireUser::from).collect();
    json(StatusCode::OK, &users)
}

//! `PUT /api/profile` and `PUT /api/profile/{userName}`

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use haltere_app::profile::ChangePasswordError;
use haltere_app::users::is_same_user;
use haltere_core::quota::QuotaExceeded;
use haltere_core::{Role, Secret};
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};

use super::get::{self, WireProfile};
use crate::auth::login::{PASSWORD_CHECKS, throttled};
use crate::error::{ApiError, ErrorBody, messages};
use crate::extract::{JsonBody, PathText, RequestContext};
use crate::openapi::errors::{Responses, describe};
use crate::state::ApiState;
use crate::wire::fields::{Fields, Invalid};

impl From<ChangePasswordError> for ApiError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::NotAllowed(refusal) => refusal.into(),
            ChangePasswordError::WrongPassword => Self::not_allowed("oldPassword: is wrong"),
            ChangePasswordError::Throttled { retry_after, of } => throttled(retry_after, of),
            ChangePasswordError::TooManyChecks(reached) => PASSWORD_CHECKS.refusal(reached),
            ChangePasswordError::Invalid(invalid) => invalid.into(),
            ChangePasswordError::Gone => Self::gone(messages::USER_GONE),
            ChangePasswordError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// A new password.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct ProfileInput {
    /// The current password.
    #[schema(value_type = String)]
    old_password: Secret<String>,
    /// The new password.
    #[schema(value_type = String, min_length = 8, max_length = 256)]
    password: Secret<String>,
    /// The caller's own name; the passwords of other users can't be changed here.
    #[schema(nullable = false)]
    username: Option<String>,
    /// The caller's own roles; administrators change them.
    #[schema(nullable = false)]
    roles: Option<Vec<String>>,
}

/// What else a profile has. Programs send back all of it, and it has no effect.
const READ_ONLY: [&str; 13] = [
    "preferences",
    "viewedBy",
    "isAdmin",
    "isEditor",
    "isViewer",
    "isConnectionManager",
    "isMonitoringViewer",
    "permissions",
    "connections",
    "groups",
    "initialPassword",
    "mustChangePassword",
    "secondFactor",
];

/// Why the password was not changed, though the body makes sense.
enum Refused {}

impl IntoResponses for Refused {
    fn responses() -> Responses {
        let (retry_after, of) = (Duration::from_secs(30), QuotaExceeded::User);
        let throttled = ChangePasswordError::Throttled { retry_after, of };
        let too_many_checks = ChangePasswordError::TooManyChecks(QuotaExceeded::All);
        describe([
            ("wrong", "The old password is wrong", ChangePasswordError::WrongPassword.into()),
            ("removed", "The user was removed in the meantime", ChangePasswordError::Gone.into()),
            ("throttled", "Too many wrong old passwords, or too many at once", throttled.into()),
            ("checks", "Too many passwords are waiting to be verified", too_many_checks.into()),
        ])
    }
}

/// Change your password
///
/// All other sessions of the user end; this one stays.
#[utoipa::path(
    put,
    path = "/api/profile",
    operation_id = "update_profile",
    tag = "Profile",
    request_body(content = ProfileInput, content_type = "application/json",
        example = json!({"oldPassword": "correct horse battery staple", "password": "a better one"})),
    responses(
        (status = 200, description = "The profile; the password is changed", body = WireProfile),
        (status = 400, description = "Invalid body, or the new password breaks the rules", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "password: must be at least 8 characters long"})),
        Refused,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    change(&state, &context, body).await
}

/// The same, under the path of the management center for Mosquitto.
pub(crate) mod named {
    use super::{
        ApiError, ApiState, ErrorBody, JsonBody, PathText, ProfileInput, Refused, RequestContext,
        Response, State, WireProfile, change, is_same_user,
    };

    /// Change your password, by name
    ///
    /// The same as `PUT /api/profile`. The name has to be the caller's own.
    #[utoipa::path(
        put,
        path = "/api/profile/{userName}",
        operation_id = "update_named_profile",
        tag = "Profile",
        params(("userName" = String, Path, description = "The caller's own name")),
        request_body(content = ProfileInput, content_type = "application/json",
            example = json!({"oldPassword": "correct horse battery staple", "password": "a better one"})),
        responses(
            (status = 200, description = "The profile; the password is changed", body = WireProfile),
            (status = 400, description = "Invalid body, or the new password breaks the rules", body = ErrorBody,
                example = json!({"code": "INVALID", "message": "Invalid. userName doesn't match the issuing user"})),
            Refused,
        ),
    )]
    pub(crate) async fn handler(
        State(state): State<ApiState>,
        context: RequestContext,
        PathText(name): PathText,
        JsonBody(body): JsonBody,
    ) -> Result<Response, ApiError> {
        let own = context.user().as_str();
        if !name.is_some_and(|name| is_same_user(&name, own)) {
            return Err(ApiError::invalid("Invalid. userName doesn't match the issuing user"));
        }
        change(&state, &context, body).await
    }
}

async fn change(
    state: &ApiState,
    context: &RequestContext,
    body: Value,
) -> Result<Response, ApiError> {
    let input = ProfileInput::read(body)?;
    let own = context.user().as_str();
    if input.username.is_some_and(|name| !is_same_user(&name, own)) {
        return Err(Invalid::new("username", "must be one's own; it can't be changed").into());
    }
    if let Some(roles) = input.roles {
        if roles.is_empty() {
            return Err(ApiError::invalid(messages::USER_WITHOUT_ROLE));
        }
        let own = context.roles().iter().map(Role::as_str);
        if own.collect::<BTreeSet<_>>() != roles.iter().map(String::as_str).collect() {
            return Err(
                Invalid::new("roles", "must be one's own; an administrator changes them").into()
            );
        }
    }
    state.app.profiles().change_password(context, input.old_password, input.password).await?;
    let mut context = context.0.clone();
    context.set_due(context.session().and_then(|session| state.app.sessions().due(session)));
    get::response(state, &context).await
}

impl ProfileInput {
    fn read(body: Value) -> Result<Self, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let input = Self {
            old_password: Secret::new(fields.required_string("oldPassword")?),
            password: Secret::new(fields.required_string("password")?),
            username: fields.string("username")?,
            roles: fields.strings("roles")?,
        };
        fields.ignore(&READ_ONLY);
        fields.finish()?;
        Ok(input)
    }
}

#[cfg(test)]
mod tests {
    use haltere_app::testing::TestApp;
    use haltere_core::Role;
    use serde_json::json;

    use crate::test_support::TestApi;

    const PATH: &str = "/api/profile";

    #[tokio::test]
    async fn ones_own_password_can_be_changed_and_ends_the_other_sessions() {
        let api = TestApi::start().await;
        let (this, other) = (api.role(Role::Viewer).await, api.role(Role::Viewer).await);
        let new = "another long pass phrase";
        // The whole profile, as programs for the management center for Mosquitto send it.
        let mut change = this.get(PATH).await.json();
        change["oldPassword"] = json!(TestApp::PASSWORD);
        change["password"] = json!(new);
        let response = this.put(PATH, change).await;
        assert_eq!((response.status.as_u16(), &response.json()["isViewer"]), (200, &json!(true)));
        assert_eq!(this.get(PATH).await.status, 200);
        assert_eq!(other.get(PATH).await.status, 401);
        let login = json!({"username": "viewer", "password": new});
        assert_eq!(api.anonymous().post("/auth?json=1", login).await.status, 200);
    }

    #[tokio::test]
    async fn the_old_password_is_needed_and_the_name_has_to_be_ones_own() {
        let api = TestApi::start().await;
        let viewer = api.role(Role::Viewer).await;
        let wrong = json!({"oldPassword": "wrong", "password": "another long pass phrase"});
        viewer.put(PATH, wrong.clone()).await.is_refusal(
            403,
            "NOT_ALLOWED",
            "oldPassword: is wrong",
        );
        viewer.put("/api/profile/viewer", wrong.clone()).await.is_refusal(
            403,
            "NOT_ALLOWED",
            "oldPassword: is wrong",
        );
        let why = "Invalid. userName doesn't match the issuing user";
        viewer.put("/api/profile/admin", wrong).await.is_refusal(400, "INVALID", why);
        for (body, message) in [
            (json!({"password": "x"}), "oldPassword: is missing"),
            (json!({"oldPassword": "x", "password": null}), "password: must be a string"),
            (
                json!({"oldPassword": "x", "password": "y", "roles": ["admin"]}),
                "roles: must be one's own; an administrator changes them",
            ),
            (
                json!({"oldPassword": "x", "password": "y", "roles": []}),
                "User must have at least one role",
            ),
            (
                json!({"oldPassword": "x", "password": "y", "isBoss": true}),
                "isBoss: unknown property",
            ),
            (
                json!({"oldPassword": "x", "password": "y", "username": "admin"}),
                "username: must be one's own; it can't be changed",
            ),
        ] {
            viewer.put(PATH, body).await.is_refusal(400, "INVALID", message);
        }
        let same = json!({"oldPassword": TestApp::PASSWORD, "password": TestApp::PASSWORD});
        let message = "password: must differ from the old one";
        viewer.put(PATH, same).await.is_refusal(400, "INVALID", message);
        let short = json!({"oldPassword": TestApp::PASSWORD, "password": "x"});
        let response = viewer.put(PATH, short).await;
        assert_eq!(response.status, 400, "{}", response.text);
    }

    #[tokio::test]
    async fn it_can_be_switched_off() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let off = json!({"enabled": false});
        assert_eq!(admin.put("/api/plugins/user-profile-edit", off).await.status, 200);
        admin.put(PATH, json!({})).await.is_refusal(404, "NOT_FOUND", "Plugin not found");
        assert_eq!(admin.get(PATH).await.status, 200);
    }
}

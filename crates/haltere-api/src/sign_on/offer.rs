//! `GET /api/sign-on`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::HeaderUser;
use crate::error::json;
use crate::state::ApiState;

/// The ways to log in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOn, example = json!({"localLogin": true, "provider": {"name": "Example ID", "start": "/api/sign-on/oidc/start"}}))]
pub(crate) struct Offer {
    /// Whether users log in with a password. If not, only those can that an operator has excepted.
    local_login: bool,
    /// The provider to log in with, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<ProviderOffer>,
    /// The user whom a trusted proxy has authenticated, if there is one: `POST /api/sign-on/header` logs them in.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_user: Option<String>,
}

/// A provider to log in with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignOnProvider)]
pub(crate) struct ProviderOffer {
    /// What it is called.
    name: String,
    /// Where a browser begins.
    start: String,
}

/// Get the ways to log in
///
/// For the login page. Requires no login.
#[utoipa::path(
    get,
    path = "/api/sign-on",
    operation_id = "get_sign_on",
    tag = "Login",
    responses((status = 200, description = "The ways to log in", body = Offer)),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    user: Option<Extension<HeaderUser>>,
) -> Response {
    let sign_on = state.app.sign_on();
    let start = || state.options.base.to("/api/sign-on/oidc/start");
    let provider = sign_on.provider_name();
    let offer = Offer {
        local_login: sign_on.has_local_login(),
        provider: provider.map(|name| ProviderOffer { name: name.to_owned(), start: start() }),
        proxy_user: user.map(|Extension(user)| user.name),
    };
    json(StatusCode::OK, &offer)
}

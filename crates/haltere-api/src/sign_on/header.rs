//! `POST /api/sign-on/header`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_app::sessions::LoggedIn;
use haltere_app::sign_on::HeaderLogin;
use haltere_core::Origin;
use http::header::{SET_COOKIE, USER_AGENT};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::HeaderUser;
use super::reason::reason;
use crate::cookie::SessionCookie;
use crate::error::{ApiError, ErrorBody, json};
use crate::state::ApiState;

/// The outcome of a login by a proxy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeaderLogin)]
pub(crate) struct Outcome {
    /// Whether there is a session now; it is in the cookie.
    successful: bool,
    /// Otherwise the reason, as in `/login?error=…`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Log in as a proxy says
///
/// Logs the user in whom a trusted proxy has authenticated and named in a header. See `[sign_on.header]` of the
/// configuration. The session ends when the proxy names another user.
#[utoipa::path(
    post,
    path = "/api/sign-on/header",
    operation_id = "sign_on_by_header",
    tag = "Login",
    responses(
        (status = 200, description = "The outcome", body = Outcome, example = json!({"successful": true})),
        (status = 401, description = "No trusted proxy names a user", body = ErrorBody,
            example = json!({"code": "UNAUTHORIZED", "message": "Unauthorized", "data": {"session": false}})),
        (status = 500, description = "Internal error", body = ErrorBody,
            example = json!({"code": "INTERNAL_ERROR", "message": "An internal server error occurred"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    Extension(cookie): Extension<SessionCookie>,
    user: Option<Extension<HeaderUser>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Extension(HeaderUser { name, groups }) = user.ok_or_else(ApiError::unauthorized)?;
    let user_agent = headers.get(USER_AGENT);
    let user_agent = user_agent.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    let login = HeaderLogin { name, groups, origin, user_agent };
    Ok(match state.app.sign_on().log_in_by_header(login).await {
        Ok(LoggedIn { token, caller: _, expires_at: _ }) => {
            let mut response = json(StatusCode::OK, &Outcome { successful: true, reason: None });
            response.headers_mut().insert(SET_COOKIE, cookie.set(&token));
            response
        }
        Err(error) => {
            let reason = Some(reason(error)?);
            json(StatusCode::OK, &Outcome { successful: false, reason })
        }
    })
}

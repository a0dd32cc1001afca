//! `GET /api/sign-on/oidc/start`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_app::sign_on::Started;
use haltere_core::Origin;
use http::header::SET_COOKIE;

use super::reason::back_to_login;
use crate::cookie::{SessionCookie, SignOnCookie};
use crate::error::ErrorBody;
use crate::fallback::redirect;
use crate::state::ApiState;

/// Log in with single sign-on
///
/// Sends a browser to the provider. What has to be remembered until it comes back is in a cookie, sealed; haltere keeps
/// nothing. Without a provider, or if it can't be reached, back to `/login?error=…`.
#[utoipa::path(
    get,
    path = "/api/sign-on/oidc/start",
    operation_id = "start_sign_on",
    tag = "Login",
    responses(
        (status = 302, description = "`Location` is the provider's, and the cookie is set; or `/login?error=…`"),
        (status = 500, description = "Internal error", body = ErrorBody,
            example = json!({"code": "INTERNAL_ERROR", "message": "An internal server error occurred"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    Extension(cookie): Extension<SessionCookie>,
) -> Response {
    match state.app.sign_on().start(origin).await {
        Ok(Started { location, pending, valid_for }) => {
            let mut response = redirect(&location);
            let cookie = SignOnCookie::next_to(&cookie).set(&pending, valid_for);
            response.headers_mut().insert(SET_COOKIE, cookie);
            response
        }
        Err(error) => back_to_login(error, &state.options.base),
    }
}

//! `GET /api/sign-on/oidc/callback`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_app::sessions::LoggedIn;
use haltere_app::sign_on::Finish;
use haltere_core::Origin;
use http::HeaderMap;
use http::header::{SET_COOKIE, USER_AGENT};

use super::reason::back_to_login;
use crate::cookie::{SessionCookie, SignOnCookie};
use crate::error::ErrorBody;
use crate::extract::RawQuery;
use crate::fallback::redirect;
use crate::state::ApiState;

/// Return from single sign-on
///
/// The redirect URI for the provider. Only the browser that began the login can finish it, once, within ten minutes. Sends it
/// on to `/` with a session, or to `/login?error=…`: `sign-on-unavailable`, `sign-on-expired`, `sign-on-refused`,
/// `sign-on-invalid`, `sign-on-no-name`, `sign-on-name-taken`, `sign-on-no-user`, `sign-on-no-role`, `sign-on-disabled`,
/// `sign-on-too-many-users`, `sign-on-not-audited`, `sign-on-off` or `throttled`.
#[utoipa::path(
    get,
    path = "/api/sign-on/oidc/callback",
    operation_id = "finish_sign_on",
    tag = "Login",
    params(
        ("state" = Option<String>, Query, description = "Names the login"),
        ("code" = Option<String>, Query, description = "What the provider exchanges for tokens"),
        ("iss" = Option<String>, Query, description = "The provider (RFC 9207)"),
        ("error" = Option<String>, Query, description = "Why the provider refused"),
    ),
    responses(
        (status = 302, description = "`Location` is `/` and the cookie of the session is set, or `/login?error=…`"),
        (status = 400, description = "The query is not UTF-8", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "the query is not UTF-8"})),
        (status = 500, description = "Internal error", body = ErrorBody,
            example = json!({"code": "INTERNAL_ERROR", "message": "An internal server error occurred"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    Extension(cookie): Extension<SessionCookie>,
    RawQuery(params): RawQuery,
    headers: HeaderMap,
) -> Response {
    let pending = SignOnCookie::next_to(&cookie);
    // What is given twice counts as missing.
    let parameter = |name| params.get(name).ok().flatten().map(str::to_owned);
    let user_agent = headers.get(USER_AGENT);
    let finish = Finish {
        pending: pending.values(&headers),
        state: parameter("state"),
        code: parameter("code"),
        issuer: parameter("iss"),
        error: parameter("error"),
        origin,
        user_agent: user_agent.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()),
    };
    let base = &state.options.base;
    let mut response = match state.app.sign_on().finish(finish).await {
        Ok(LoggedIn { token, caller: _, expires_at: _ }) => {
            let mut response = redirect(&base.to("/"));
            response.headers_mut().append(SET_COOKIE, cookie.set(&token));
            response
        }
        Err(error) => back_to_login(error, base),
    };
    response.headers_mut().append(SET_COOKIE, pending.clear());
    response
}

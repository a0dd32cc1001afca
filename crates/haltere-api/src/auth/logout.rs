//! `GET /logout`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_app::Ctx;
use haltere_core::Origin;
use http::HeaderMap;
use http::header::SET_COOKIE;

use crate::cookie::Jar;
use crate::error::{ApiError, ErrorBody};
use crate::extract::caller;
use crate::fallback::found;
use crate::state::ApiState;

/// Log out
///
/// Ends the session, if there is one, and goes to the login page.
#[utoipa::path(
    get,
    path = "/logout",
    operation_id = "log_out",
    tag = "Login",
    responses(
        (status = 302, description = "`Location` is `/login`, the cookie is taken back"),
        (status = 500, description = "The session could not be ended", body = ErrorBody,
            example = json!({"code": "INTERNAL_ERROR", "message": "An internal server error occurred", "reason": "the disk is full"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    Extension(jar): Extension<Jar>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(session) = caller::session(&state, &jar, &headers).await? {
        let context = Ctx::new(session.caller, origin);
        state.app.log_out(&context).await.map_err(ApiError::internal)?;
    }
    let mut response = found(&state.options.base.to("/login"));
    response.headers_mut().insert(SET_COOKIE, jar.take_back());
    Ok(response)
}

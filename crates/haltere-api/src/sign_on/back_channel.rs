//! `POST /api/sign-on/oidc/back-channel-logout`

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use haltere_app::sign_on::BackChannelError;
use haltere_core::Origin;
use haltere_core::quota::QuotaExceeded;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::login::throttled;
use crate::error::{ApiError, ErrorBody, ErrorCode, json};
use crate::extract::{Params, body};
use crate::state::ApiState;

/// The sessions that ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BackChannelLogout)]
pub(crate) struct Ended {
    /// How many.
    ended: usize,
}

/// What a provider sends.
#[derive(ToSchema)]
#[schema(as = BackChannelLogoutInput)]
#[expect(dead_code, reason = "describes the form")]
pub(crate) struct Form {
    /// A logout token (OpenID Connect Back-Channel Logout 1.0).
    logout_token: String,
}

/// End sessions for the provider
///
/// The back-channel logout URI for the provider. Ends the sessions that its token names, with their event streams, before it
/// answers. The token proves who sends it; each counts once.
#[utoipa::path(
    post,
    path = "/api/sign-on/oidc/back-channel-logout",
    operation_id = "back_channel_logout",
    tag = "Login",
    request_body(content = Form, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The sessions have ended", body = Ended, example = json!({"ended": 1})),
        (status = 400, description = "The token is not valid, or was used", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "logout_token: is not valid"})),
        (status = 404, description = "Single sign-on is off", body = ErrorBody,
            example = json!({"code": "NOT_FOUND", "message": "Resource not found"})),
        (status = 413, description = "The body is larger than 16 KiB", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "the body is larger than 16 KiB"})),
        (status = 429, description = "Too many tokens from this address were not valid", body = ErrorBody,
            headers(("Retry-After" = u64, description = "Seconds to wait before a retry")),
            example = json!({"code": "TOO_MANY_REQUESTS", "message": "Too many attempts, try again in 10 s", "limit": "limits.failed_logins_per_address"})),
        (status = 502, description = "The provider's keys can't be read now", body = ErrorBody,
            example = json!({"code": "UNAVAILABLE", "message": "The provider is not available"})),
        (status = 500, description = "Internal error", body = ErrorBody,
            example = json!({"code": "INTERNAL_ERROR", "message": "An internal server error occurred"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Result<Response, ApiError> {
    let body = body::read(request).await?;
    let form = std::str::from_utf8(body.bytes()).ok().and_then(Params::parse);
    let form = form.ok_or_else(|| ApiError::invalid("the form is not UTF-8"))?;
    let token = form.get("logout_token")?;
    let token = token.ok_or_else(|| ApiError::invalid("logout_token: is missing"))?.to_owned();
    let ended = state.app.sign_on().back_channel_logout(token, origin).await;
    let ended = ended.map_err(|error| match error {
        BackChannelError::Off => ApiError::no_such_resource(),
        BackChannelError::Invalid => ApiError::invalid("logout_token: is not valid"),
        BackChannelError::TooMany { retry_after } => throttled(retry_after, QuotaExceeded::Network),
        BackChannelError::Busy(_) | BackChannelError::Unavailable => {
            let (status, code) = (StatusCode::BAD_GATEWAY, ErrorCode::Unavailable);
            ApiError::new(status, code, "The provider is not available")
        }
        BackChannelError::Internal(cause) => ApiError::internal(cause),
    })?;
    Ok(json(StatusCode::OK, &Ended { ended }))
}

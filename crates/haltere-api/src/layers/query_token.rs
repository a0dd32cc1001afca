//! Refuses tokens in URLs: URLs end up in logs, histories and referrers.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{ApiError, messages};
use crate::extract::Params;

/// 400 for `?token=…` anywhere under `/api`, whether the token is any good or not.
pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    let query = request.uri().query().filter(|_| request.uri().path().starts_with("/api/"));
    let has_token =
        query.and_then(Params::parse).is_some_and(|parameters| parameters.contains("token"));
    if has_token {
        return ApiError::invalid(messages::TOKEN_IN_URL).into_response();
    }
    next.run(request).await
}

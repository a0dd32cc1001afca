//! Refuses tokens in URLs: URLs end up in logs, histories and referrers.

use axum::extract::Request;

use crate::error::{ApiError, messages};
use crate::extract::Params;

/// 400 for `?token=…` anywhere under `/api`, whether the token is any good or not.
pub(super) fn check(request: &Request) -> Result<(), ApiError> {
    let query = request.uri().query().filter(|_| request.uri().path().starts_with("/api/"));
    let has_token =
        query.and_then(Params::parse).is_some_and(|parameters| parameters.contains("token"));
    if has_token { Err(ApiError::invalid(messages::TOKEN_IN_URL)) } else { Ok(()) }
}

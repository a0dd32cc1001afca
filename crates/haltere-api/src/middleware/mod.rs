//! What happens to every request and response, whatever the route.

pub(crate) mod cors;
pub(crate) mod cross_origin;
pub(crate) mod failures;
pub(crate) mod headers;
mod host;
mod query_token;
pub(crate) mod request_id;
pub(crate) mod reserved_slots;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::state::ApiState;

/// Refuses what no route may see. One layer for all checks: each layer costs every request a copy of all
/// services below it.
pub(crate) async fn refuse(
    State((state, guard)): State<(ApiState, cross_origin::Guard)>,
    request: Request,
    next: Next,
) -> Response {
    let checked = host::check(&request)
        .and_then(|()| guard.check(&request))
        .and_then(|()| query_token::check(&request));
    match checked {
        Ok(()) => reserved_slots::serve_known(&state, request, next).await,
        Err(refusal) => refusal.into_response(),
    }
}

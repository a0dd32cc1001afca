//! Gives each request its id and remembers where it came from.

use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use haltere_core::Origin;
use http::{HeaderName, HeaderValue};
use tracing::Instrument;
use uuid::Uuid;

use crate::state::ApiState;

/// The answer's header that carries the request's id: the same id as in the log and in the audit trail.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts an [`Origin`] and the state (for the gates, see [`crate::access`]) on the request, a span
/// around its handling and its id on the answer.
///
/// The id is always ours: one taken from the client could be chosen to look like another's.
pub(crate) async fn identify(
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let request_id = Uuid::now_v7().to_string();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let span = tracing::info_span!(
        "request",
        id = request_id,
        method = %request.method(),
        path = request.uri().path(),
    );
    let header = HeaderValue::from_str(&request_id).expect("a UUID is visible ASCII");
    request.extensions_mut().insert(Origin { address, request_id });
    request.extensions_mut().insert(state);
    let answered = async move {
        let start = Instant::now();
        let response = next.run(request).await;
        let (status, elapsed) = (response.status().as_u16(), start.elapsed());
        tracing::debug!(status, ?elapsed, "answered");
        response
    };
    let mut response = answered.instrument(span).await;
    response.headers_mut().insert(X_REQUEST_ID, header);
    response
}

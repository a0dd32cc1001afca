//! `GET /api/connections/{connectionId}/history`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::StatusChange;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::described::{ConnectionId, UnknownConnection};
use crate::error::{ApiError, json};
use crate::extract::{Context, PathConnectionId};
use crate::state::ApiState;
use crate::wire::status::{FailureView, StateName};

/// One change of a link's status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatusChange)]
pub(crate) struct WireChange<'a> {
    /// When; milliseconds since 1970.
    timestamp: i64,
    /// What it changed to.
    #[schema(value_type = StateName)]
    state: &'a str,
    /// Why the link is not up, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureView<'a>>,
}

impl<'a> From<&'a StatusChange> for WireChange<'a> {
    fn from(change: &'a StatusChange) -> Self {
        let StatusChange { at, state, failure } = change;
        Self {
            timestamp: at.as_millisecond(),
            state,
            error: failure.as_deref().map(FailureView::from),
        }
    }
}

/// Show how a connection fared
///
/// The changes of its status since haltere started, newest first: a line per change of being
/// connected, of being idle and of the error's code, not per attempt. The last 100 are kept.
#[utoipa::path(
    get,
    path = "/api/connections/{connectionId}/history",
    operation_id = "get_connection_history",
    tag = "Connections",
    params(ConnectionId),
    responses(
        (status = 200, description = "The changes, newest first", body = [WireChange],
            example = json!([
                {"timestamp": 1_795_412_460_000_i64, "state": "online"},
                {"timestamp": 1_795_412_400_123_i64, "state": "waiting", "error": {
                    "code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
                    "message": "10.0.0.7 port 1883 refused the connection", "stage": "tcp"}},
            ])),
        UnknownConnection,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    PathConnectionId(id): PathConnectionId,
) -> Result<Response, ApiError> {
    let changes = state.app.connection_history(&context, &id)?;
    let changes: Vec<_> = changes.iter().map(WireChange::from).collect();
    Ok(json(StatusCode::OK, &changes))
}

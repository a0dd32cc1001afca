//! `GET /api/connections/{connectionId}/history`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::StatusChange;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi_parts::UnknownConnection;
use crate::error::{ApiError, json};
use crate::extract::{PathConnectionId, RequestContext};
use crate::state::ApiState;
use crate::wire::status::{FailureView, HistoryStateName, is_true};

/// One change of a link's status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatusChange)]
pub(crate) struct WireChange<'a> {
    /// When it was observed; milliseconds since 1970.
    timestamp: i64,
    /// What it changed to.
    state: HistoryStateName,
    /// Only when `false`: it was found so at `timestamp`, and may have been so for longer.
    #[serde(rename = "sinceKnown", skip_serializing_if = "is_true")]
    #[schema(required = false)]
    since_known: bool,
    /// Why the link is not up, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureView<'a>>,
}

impl<'a> From<&'a StatusChange> for WireChange<'a> {
    fn from(change: &'a StatusChange) -> Self {
        let StatusChange { at, since, state, failure } = change;
        Self {
            timestamp: at.as_millisecond(),
            state: (*state).into(),
            since_known: since.is_exact(),
            error: failure.as_deref().map(FailureView::from),
        }
    }
}

/// Show the history of a connection
///
/// The changes of its status, newest first: one each time that being connected, being idle or the
/// error's code changes, not one per attempt. The last 100 are kept, fewer after a restart with more than 2,000 connections.
///
/// They are recorded every few seconds and survive a restart. A change to `unobserved` says from when on haltere did
/// not run; the change after it says what was found then.
#[utoipa::path(
    get,
    path = "/api/connections/{connectionId}/history",
    operation_id = "get_connection_history",
    tag = "Connections",
    params(PathConnectionId),
    responses(
        (status = 200, description = "The changes, newest first", body = [WireChange],
            example = json!([
                {"timestamp": 1_795_412_460_000_i64, "state": "online", "sinceKnown": false},
                {"timestamp": 1_795_412_430_000_i64, "state": "unobserved"},
                {"timestamp": 1_795_412_400_123_i64, "state": "waiting", "error": {
                    "code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
                    "message": "10.0.0.7 port 1883 refused the connection", "stage": "tcp"}},
            ])),
        UnknownConnection,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
) -> Result<Response, ApiError> {
    let changes = state.app.connections().history(&context, &id)?;
    let changes: Vec<_> = changes.iter().map(WireChange::from).collect();
    Ok(json(StatusCode::OK, &changes))
}

//! `POST /api/connections`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{CreateError, Outcome};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::secrets;
use crate::error::{ApiError, ErrorBody, ErrorCode, json, messages};
use crate::extract::{Context, JsonBody, Query};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;
use crate::wire::connection_input::ConnectionInput;

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::NotAllowed(_) => Self::role_too_low(),
            CreateError::Invalid(invalid) => invalid.into(),
            CreateError::SameNameAndId => Self::not_allowed(messages::SAME_NAME_AND_ID),
            CreateError::EitherNameOrId => Self::not_allowed(messages::SAME_NAME_OR_ID),
            CreateError::LimitReached => Self::not_allowed(messages::TOO_MANY_CONNECTIONS),
            CreateError::StatusNotFound { reason } => {
                tracing::warn!(
                    reason,
                    "failed to create a connection: the stored one can't be read"
                );
                // A rule that the management center for Mosquitto answers with 500: nothing unforeseen.
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self::new(status, ErrorCode::NotAllowed, messages::WITHOUT_STATUS)
            }
            CreateError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// Stored, but not connected: the answer 202.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accepted<'a> {
    code: AcceptedCode,
    /// `Connection created but could not connect. Reason "<error message>"`
    message: String,
    /// Always `true`.
    successful: bool,
    connection: WireConnection<'a>,
}

/// The code of the answer 202.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AcceptedCode {
    Accepted,
}

/// Create a connection
///
/// Stores the connection, dials the broker and waits for the first outcome, at most the connect
/// time-out (5 s by default). A stored connection is dialled for ever.
///
/// When id and name are those of one stored connection whose last attempt failed, that one is
/// overwritten and dialled again: this is how a misconfigured connection is put right.
#[utoipa::path(
    post,
    path = "/api/connections",
    operation_id = "create_connection",
    tag = "Connections",
    params(("secrets" = Option<secrets::Wanted>, Query, description = "`omit` leaves passwords and private keys out of the answer")),
    request_body(content = ConnectionInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Stored and connected: all connections", body = [WireConnection],
            example = json!([{
                "id": "mosquitto-dev", "name": "Development Server", "url": "mqtt://broker.example:1883",
                "status": {"connected": true, "timestamp": 1_795_412_400_123_i64, "state": "online"},
            }])),
        (status = 202, description = "Stored, but the first attempt to connect failed; it is tried on", body = Accepted,
            example = json!({
                "code": "ACCEPTED",
                "message": "Connection created but could not connect. Reason \"10.0.0.7 port 1883 refused the connection\"",
                "successful": true,
                "connection": {
                    "id": "mosquitto-dev", "name": "Development Server", "url": "mqtt://10.0.0.7:1883",
                    "status": {
                        "connected": false, "timestamp": 1_795_412_400_123_i64,
                        "error": {"code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
                            "message": "10.0.0.7 port 1883 refused the connection", "stage": "tcp"},
                        "state": "waiting", "attempt": 1, "nextAttempt": 1_795_412_400_623_i64,
                    },
                },
            })),
        (status = 400, description = "The body makes no sense; the message names the field, nothing was stored", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "url: port 70000 is out of range"})),
        (status = 403, description = "The role is too low, or a rule stands against it", body = ErrorBody,
            examples(
                ("sameNameAndId" = (summary = "Id and name belong to one connection that is well", value = json!({"code": "NOT_ALLOWED", "message": "Connection with the same name/id already exists"}))),
                ("sameNameOrId" = (summary = "Only one of the two is taken", value = json!({"code": "NOT_ALLOWED", "message": "Connection with either the same name or id already exists"}))),
                ("limit" = (summary = "The configured limit is reached", value = json!({"code": "NOT_ALLOWED", "message": "Maximum number of connections reached"}))),
            )),
        (status = 500, description = "Something unforeseen, or the stored connection of this id and name can't be read", body = ErrorBody,
            examples(
                ("withoutStatus" = (summary = "The stored connection can't be read", value = json!({"code": "NOT_ALLOWED", "message": "Connection already exists but status of the connection not found. Config file might be malformed"}))),
            )),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    Query(params): Query,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let wanted = secrets::wanted(&params)?;
    let new = ConnectionInput::read(body)?.into_new()?;
    let created = state.app.create_connection(&context, new, wanted).await?;
    Ok(match created.outcome {
        Outcome::Connected => state.rendered.all(&state.app, &created.all),
        Outcome::Failed(reason) => {
            let accepted = Accepted {
                code: AcceptedCode::Accepted,
                message: format!("Connection created but could not connect. Reason \"{reason}\""),
                successful: true,
                connection: (&created.connection).into(),
            };
            json(StatusCode::ACCEPTED, &accepted)
        }
    })
}

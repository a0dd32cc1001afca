//! `GET /api/connection-export`

pub(crate) mod file;
pub(crate) mod pieces;

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use haltere_app::connections::{ExportError, Secrets};
use http::header::CONTENT_DISPOSITION;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use self::file::WireExport;
use self::pieces::Pieces;
use crate::connections::secrets::SecretsParam;
use crate::error::{ApiError, ErrorBody, json_bytes};
use crate::extract::label_filter::LabelFilter;
use crate::extract::{RequestContext, StrictQuery};
use crate::response_memory::ResponseCost;
use crate::state::ApiState;

/// The name a browser gives the file.
const ATTACHMENT: HeaderValue =
    HeaderValue::from_static("attachment; filename=\"haltere-connections.json\"");

impl From<ExportError> for ApiError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NotAllowed(refusal) => refusal.into(),
            ExportError::WriteOnly => Self::not_allowed(error.to_string()),
            ExportError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The query of an export.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// `include` adds passwords and private keys, for administrators; `omit` is the default
    #[param(inline)]
    secrets: Option<SecretsParam>,
}

/// Export all connections
///
/// All connections, or with `label` those that it selects, in a file that `POST /api/connection-import` and
/// `haltere import` take back. Passwords and private keys are in it only with `secrets=include`, for administrators;
/// each export is audited.
#[utoipa::path(
    get,
    path = "/api/connection-export",
    operation_id = "export_connections",
    tag = "Connections",
    params(ExportParams, LabelFilter),
    responses(
        (status = 200, description = "All connections", body = WireExport,
            headers(("Content-Disposition" = String, description = "A name for the file")),
            example = json!({
                "format": "haltere-connections", "formatVersion": 1, "exportedAt": "2026-11-23T06:00:00.123Z", "secrets": false,
                "connections": [{
                    "id": "mosquitto-dev", "name": "Development Server", "url": "mqtt://broker.example:1883",
                    "credentials": {"username": "admin"}, "disconnected": true, "withheld": ["credentials.password"],
                }],
            })),
        (status = 400, description = "Invalid parameter", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "secrets: must be omit or include"})),
        (status = 403, description = "Insufficient role, or secrets are write-only", body = ErrorBody,
            examples(("writeOnly" = (summary = "The configuration forbids it", value = json!({"code": "NOT_ALLOWED", "message": "secrets: connections.secrets is \"write-only\", so no export contains them"}))))),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    StrictQuery(params): StrictQuery<ExportParams, true>,
    LabelFilter(labels): LabelFilter,
) -> Result<Response, ApiError> {
    // Unlike in lists, secrets must be asked for: a file gets around.
    let secrets = params.secrets.map_or(Secrets::Omit, Secrets::from);
    let export = state.app.transfer().export(&context, secrets, &labels).await?;
    let pieces = Pieces::of(export);
    let cost = pieces.cost();
    let body = Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)));
    let mut response = json_bytes(StatusCode::OK, body);
    response.extensions_mut().insert(ResponseCost::AtMost(cost));
    response.headers_mut().insert(CONTENT_DISPOSITION, ATTACHMENT);
    Ok(response)
}

#[cfg(test)]
mod tests;

//! `GET /api/audit/{sequence}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use utoipa::IntoResponses;

use super::entry::AuditEntryView;
use crate::error::{ApiError, json};
use crate::extract::{PathText, RequestContext};
use crate::openapi::errors::{Responses, describe};
use crate::state::ApiState;

/// No entry has the number.
enum UnknownEntry {}

impl UnknownEntry {
    fn error() -> ApiError {
        ApiError::not_found("Audit entry not found")
    }
}

impl IntoResponses for UnknownEntry {
    fn responses() -> Responses {
        let description = "There is no such entry, or retention has removed it";
        describe([("unknownEntry", description, Self::error())])
    }
}

/// Show an entry of the audit trail
#[utoipa::path(
    get,
    path = "/api/audit/{sequence}",
    operation_id = "get_audit_entry",
    tag = "Audit",
    params(("sequence" = i64, Path, description = "The `sequence` of the entry", example = 4711)),
    responses((status = 200, description = "The entry", body = AuditEntryView), UnknownEntry),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathText(sequence): PathText,
) -> Result<Response, ApiError> {
    let sequence = sequence.and_then(|text| text.parse().ok()).ok_or_else(UnknownEntry::error)?;
    let entry = state.app.audit_trail().get(&context, sequence).await?;
    let entry = entry.ok_or_else(UnknownEntry::error)?;
    Ok(json(StatusCode::OK, &AuditEntryView::from(&entry)))
}

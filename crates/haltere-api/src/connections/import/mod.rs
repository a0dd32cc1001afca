//! `POST /api/connection-import`

mod entry;
pub(crate) mod file;
mod report;
pub(crate) mod slots;
mod stream;

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{ImportError, ImportFile, ImportMode, ImportProgress};
use http::Request;
use serde::Deserialize;

use crate::error::{ApiError, ErrorBody};
use crate::extract::accept::wants_stream;
use crate::extract::body::{self, BodyLimits};
use crate::extract::budgeted_buffer::BudgetedBuffer;
use crate::extract::charset::Charset;
use crate::extract::json::require_json;
use crate::extract::{RequestContext, StrictQuery};
use crate::limits::holder;
use crate::response_memory;
use crate::state::ApiState;

use self::report::{ImportInput, WireRefused, WireReport};

/// About how large a report is at most, in bytes: a line per connection. It is no larger than its file.
const LARGEST_REPORT: usize = 1 << 20;

/// 96 MiB in this time are 280 kB/s.
const LIMITS: BodyLimits =
    BodyLimits { bytes: file::MAX_BYTES, timeout: Duration::from_mins(6), min_rate: None };

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::NotAllowed(refusal) => refusal.into(),
            ImportError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The query of an import.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportParams {
    /// `true`: only report what would be done
    #[serde(default)]
    dry_run: bool,
    /// `true`: import the valid entries, and leave out the refused ones
    #[serde(default)]
    only_good: bool,
}

/// Import connections
///
/// Takes `config.json` of the management center for Mosquitto, an export of haltere, or a bare list as
/// `GET /api/connections` answers it. Connections whose id or name is there already are skipped. When an entry
/// is malformed, nothing is stored and the response lists every fault. `status` is dropped; parts of the file
/// that are no connections are named in the response and not taken over.
///
/// With `onlyGood=true` refused entries are left out and listed in the report (`refuse`, `faults`), and the
/// others are stored. User names and passwords in URLs are moved into `credentials`, and a path behind `mqtt://`
/// is dropped; `notes` says so.
///
/// With `dryRun=true` nothing is stored, and the response is the plan. With `Accept: text/event-stream` the
/// response is a stream: events `progress`, then one `report`, then events `links` until every new link has
/// had a first outcome.
#[utoipa::path(
    post,
    path = "/api/connection-import",
    operation_id = "import_connections",
    tag = "Connections",
    params(ImportParams),
    request_body(content = ImportInput, content_type = "application/json"),
    responses(
        (status = 200, description = "What was done, or would be", content(
            (WireReport = "application/json", example = json!({
                "source": "mmc", "done": true, "total": 2, "create": 1, "skip": 1, "refuse": 0,
                "entries": [
                    {"position": 0, "id": "press-4", "name": "Press 4", "outcome": "create"},
                    {"position": 1, "id": "press-5", "name": "Press 5", "outcome": "skip", "reason": "id and name are there already"},
                ],
                "notTakenOver": ["tools", "plugins"],
            })),
            (String = "text/event-stream", example = "event: progress\ndata: {\"stage\":\"storing\",\"done\":200,\"total\":3000}\n\n"),
        )),
        (status = 400, description = "Invalid file, or invalid entries; nothing was stored", body = WireRefused,
            example = json!({
                "code": "INVALID",
                "message": "1 of 2 entries is refused, and nothing was stored: connections[1] (\"Press 5\"): url: port 70000 is out of range",
                "report": {
                    "source": "mmc", "done": false, "total": 2, "create": 1, "skip": 0, "refuse": 1,
                    "entries": [
                        {"position": 0, "id": "press-4", "name": "Press 4", "outcome": "create"},
                        {"position": 1, "id": "press-5", "name": "Press 5", "outcome": "refuse", "faults": ["url: port 70000 is out of range"]},
                    ],
                    "notTakenOver": [],
                },
            })),
        (status = 403, description = "Insufficient role, there would be too many connections, or they would hold too much", body = WireRefused,
            examples(
                ("limit" = (summary = "The configured limit would be exceeded", value = json!({"code": "NOT_ALLOWED", "message": "Maximum number of connections reached: 2 more would make 10001 connections, and connections.max is 10000"}))),
                ("size" = (summary = "Texts, certificates and keys would take more than connections.material_budget", value = json!({"code": "NOT_ALLOWED", "message": "Maximum size of all connections reached: 2048 bytes more would make 268436000, and connections.material_budget is 268435456", "limit": "connections.material_budget"}))),
            )),
        (status = 408, description = "The file arrived too slowly", body = ErrorBody,
            examples(
                ("tooSlow" = (summary = "Less than `limits.import_rate`", value = json!({"code": "INVALID", "message": "the body came at less than 16 KiB/s", "limit": "limits.import_rate"}))),
                ("tooLong" = (summary = "It took too long", value = json!({"code": "INVALID", "message": "the body took longer than 360 s"}))))),
        (status = 409, description = "Another import of the same user, or as many as there may be, are under way; `Retry-After` says when to try again", body = ErrorBody,
            example = json!({"code": "CONFLICT", "message": "another import is under way; try again when it has ended", "limit": "limits.imports_per_user"})),
        (status = 413, description = "The file is larger than 96 MiB", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "the body is larger than 96 MiB"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    StrictQuery(params): StrictQuery<ImportParams>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let mode = params.mode();
    require_json(request.headers())?;
    let streams = wants_stream(request.headers());
    let holder = holder::of_request(request.extensions());
    let (slot, reservation) = state.import_slots.take(holder.clone())?;
    let charset = Charset::of(request.headers())?;
    let limits = BodyLimits { min_rate: Some(state.options.limits.import_rate), ..LIMITS };
    let body = body::read_within(request, limits, reservation).await?;
    // Asked before anything is done: afterwards it is too late to refuse.
    let memory = state.response_memory.take(holder, body.bytes().len().min(LARGEST_REPORT))?;
    // Released when the work has ended, not when the client disconnects: threads and transactions don't
    // notice that.
    let held = (slot, state.import_slots.wait_for_others().await?);
    let (file, held) = take_apart(body, charset, held).await?;
    let (reporter, progress) = ImportProgress::channel();
    let reporter = reporter.holding(held);
    if streams {
        let stream = stream::respond(state, context.0, file, mode, reporter, progress);
        return Ok(response_memory::charged_until_read(stream, memory).await);
    }
    let report = state.app.transfer().import(&context, file, mode, reporter).await?;
    Ok(response_memory::charged_until_read(report::respond(&report, mode), memory).await)
}

/// Parses the file on a thread of its own, so that it delays no other request.
async fn take_apart<H: Send + 'static>(
    body: BudgetedBuffer,
    charset: Charset,
    held: H,
) -> Result<(ImportFile, H), ApiError> {
    let take_apart = move || {
        let text = charset.in_utf8(body.bytes())?;
        let file = file::read(&text).map_err(ApiError::invalid_field)?;
        Ok((file, held))
    };
    tokio::task::spawn_blocking(take_apart).await.map_err(ApiError::internal)?
}

impl ImportParams {
    fn mode(&self) -> ImportMode {
        match (self.dry_run, self.only_good) {
            (true, _) => ImportMode::DryRun,
            (false, true) => ImportMode::StoreGood,
            (false, false) => ImportMode::Store,
        }
    }
}

#[cfg(test)]
mod tests;

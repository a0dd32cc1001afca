//! `GET /api/audit`

mod csv;
mod entry;
pub mod files;
pub(crate) mod get;
mod stream;
#[cfg(test)]
mod strict_tests;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::extract::State;
use axum::response::Response;
use haltere_app::Invalid;
use haltere_app::audit_trail::{AuditCursor, AuditQuery};
use haltere_core::{AuditAction, AuditObjectKind, AuditOutcome};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use self::entry::AuditEntryView;
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::accept::preferred;
use crate::extract::query::RawQuery;
use crate::extract::query_values::{Milliseconds, Text, WholeNumber};
use crate::extract::{RequestContext, StrictQuery};
use crate::next_page::with_next_page;
use crate::state::ApiState;

const PATH: &str = "/api/audit";

/// How many entries a page has by default.
const PAGE: NonZeroU32 = NonZeroU32::new(100).expect("not 0");

/// The query of the audit trail.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// Only entries of this time or later, in milliseconds since 1970
    #[param(inline)]
    since: Option<Milliseconds>,
    /// Only entries of this time or earlier, in milliseconds since 1970
    #[param(inline)]
    until: Option<Milliseconds>,
    /// Only what this user did, also with application tokens; `system` is the command line or haltere itself. `ann (token ci)`
    /// is what was done with one token
    #[param(inline)]
    actor: Option<Text<256>>,
    /// Only entries with this action, or with one of several, separated by commas
    #[param(inline)]
    action: Option<Text<1024>>,
    /// Only entries whose object is of this kind
    #[param(inline)]
    object_kind: Option<ObjectKindName>,
    /// Only entries about the object with this id or name
    #[param(inline)]
    object: Option<Text<256>>,
    /// Only entries with this outcome
    #[param(inline)]
    outcome: Option<OutcomeName>,
    /// Only requests from this address
    #[param(inline)]
    address: Option<Text<64>>,
    /// Only entries of the request with this id
    #[param(inline)]
    request_id: Option<Text<256>>,
    /// Only entries that contain this text in actor, address, request id, action, object, detail or a changed value; ASCII letters match
    /// in either case
    #[param(inline)]
    text: Option<Text<256>>,
    /// At most this many. The default is 100 for `json`, and all of them otherwise
    #[param(inline)]
    limit: Option<WholeNumber<1, 1_000>>,
    /// The `X-Next-Cursor` of the previous page
    cursor: Option<String>,
    /// `json` is a page, `ndjson` and `csv` are all matching entries. The default is what the header `Accept` prefers
    #[param(inline)]
    format: Option<FormatName>,
}

/// What the object of an entry is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ObjectKindName {
    Connection,
    Session,
    User,
    Group,
    Token,
    Plugin,
    Installation,
}

impl From<ObjectKindName> for AuditObjectKind {
    fn from(name: ObjectKindName) -> Self {
        match name {
            ObjectKindName::Connection => Self::Connection,
            ObjectKindName::Session => Self::Session,
            ObjectKindName::User => Self::User,
            ObjectKindName::Group => Self::Group,
            ObjectKindName::Token => Self::Token,
            ObjectKindName::Plugin => Self::Plugin,
            ObjectKindName::Installation => Self::Installation,
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OutcomeName {
    Success,
    Denied,
}

impl From<OutcomeName> for AuditOutcome {
    fn from(name: OutcomeName) -> Self {
        match name {
            OutcomeName::Success => Self::Success,
            OutcomeName::Denied => Self::Denied,
        }
    }
}

/// The form of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum FormatName {
    Json,
    Ndjson,
    Csv,
}

impl FormatName {
    /// The form that the client prefers.
    fn accepted(headers: &HeaderMap) -> Self {
        match preferred(headers, &["application/json", stream::NDJSON, stream::CSV]) {
            Some(stream::NDJSON) => Self::Ndjson,
            Some(stream::CSV) => Self::Csv,
            _ => Self::Json,
        }
    }
}

impl AuditParams {
    /// The query, whose pages have the default number of entries, and the limit if there is one.
    fn into_query(self) -> Result<(AuditQuery, Option<NonZeroU32>), ApiError> {
        let address = self.address.map(|Text(address)| parse_address(&address)).transpose()?;
        let query = AuditQuery {
            since: self.since.map(Milliseconds::get),
            until: self.until.map(Milliseconds::get),
            actor: self.actor.map(Text::into_string),
            actions: self.action.map(|Text(names)| parse_actions(&names)).transpose()?,
            object_kind: self.object_kind.map(AuditObjectKind::from),
            object: self.object.map(Text::into_string),
            outcome: self.outcome.map(AuditOutcome::from),
            address,
            request_id: self.request_id.map(Text::into_string),
            text: self.text.map(Text::into_string).filter(|text| !text.is_empty()),
            limit: PAGE,
            after: self.cursor.as_deref().map(AuditCursor::parse).transpose()?,
        };
        Ok((query, self.limit.and_then(|limit| NonZeroU32::new(limit.get()))))
    }
}

fn parse_address(text: &str) -> Result<IpAddr, Invalid> {
    text.parse().map_err(|_| Invalid::new("address", "must be an IP address"))
}

fn parse_actions(names: &str) -> Result<Vec<AuditAction>, Invalid> {
    let action = |name: &str| {
        let unknown = || Invalid::new("action", format!("there is no action {name:?}"));
        AuditAction::parse(name).ok_or_else(unknown)
    };
    names.split(',').map(str::trim).map(action).collect()
}

/// Read the audit trail
///
/// Who did what, when, to what, and how it ended; newest first. Entries about connections that the caller may not see are
/// left out.
///
/// As `json`, the response is a page. It may have fewer entries than `limit`, or none, and still not be the last one:
/// `X-Next-Cursor` says so. Entries that are added meanwhile don't move those of the next page.
///
/// As `ndjson` (one JSON object per line) and as `csv` (RFC 4180, with a header line) the response has all matching entries
/// there are when it begins, and is made while it is sent. A response that is cut off has failed. In the CSV, which is for
/// reading, a character that would turn the direction of text or is not seen is shown as its code (`\u{202e}`), and a cell that a
/// spreadsheet could take for a formula begins with an apostrophe.
#[utoipa::path(
    get,
    path = "/api/audit",
    operation_id = "list_audit_entries",
    tag = "Audit",
    params(AuditParams),
    responses(
        (status = 200, description = "The entries, newest first",
            headers(
                ("X-Next-Cursor" = String, description = "Where the next page begins; absent on the last one"),
                ("Link" = String, description = "The next page, with `rel=\"next\"`; absent on the last one"),
            ),
            content(
                (Vec<AuditEntryView> = "application/json", example = json!([
                    {"sequence": 4711, "timestamp": 1_795_412_400_001_i64, "actor": "ada", "address": "10.0.0.5",
                        "requestId": "0199b6f2-8a51-7d0e-a3c1-0a1b2c3d4e5f", "action": "connection.update",
                        "objectKind": "connection", "object": "press-4", "outcome": "success", "detail": "url",
                        "changes": [{"field": "url", "before": "mqtt://10.0.0.7:1883", "after": "mqtts://10.0.0.7:8883"}],
                        "chain": {"writer": "4f1d2c3b5a697887", "position": 4711,
                            "hash": "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"}},
                ])),
                (String = "application/x-ndjson"),
                (String = "text/csv"),
            )),
        (status = 400, description = "Invalid parameter", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "address: must be an IP address"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    StrictQuery(params): StrictQuery<AuditParams>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let format = params.format.unwrap_or_else(|| FormatName::accepted(&headers));
    let (mut query, limit) = params.into_query()?;
    let form = match format {
        FormatName::Json => {
            query.limit = limit.unwrap_or(PAGE);
            let page = state.app.audit_trail().list(&context, &query).await?;
            let entries: Vec<_> = page.entries.iter().map(AuditEntryView::from).collect();
            return Ok(with_next_page(json(StatusCode::OK, &entries), PATH, page.next, &raw));
        }
        FormatName::Ndjson => stream::Form::Ndjson,
        FormatName::Csv => stream::Form::Csv,
    };
    stream::respond(state.app.clone(), context.0, query, limit, form).await
}

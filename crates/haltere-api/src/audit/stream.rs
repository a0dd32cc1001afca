//! All matching entries, as lines, made while they are sent: a client that reads nothing costs one piece.

use std::io;
use std::num::NonZeroU32;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use haltere_app::audit_trail::{AuditPage, AuditQuery};
use haltere_app::{App, Ctx};
use haltere_core::error_chain;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use super::{csv, files};
use crate::error::{ApiError, json_bytes};
use crate::response_memory::{PIECE, ResponseCost};

pub(super) const NDJSON: &str = "application/x-ndjson";
pub(super) const CSV: &str = "text/csv";

/// How many entries a piece has at most.
const ENTRIES: NonZeroU32 = NonZeroU32::new(100).expect("not 0");

/// The form of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Ndjson,
    Csv,
}

/// The entries that are still to come.
struct Lines {
    app: App,
    ctx: Ctx,
    /// The next page; `None` at the end.
    query: Option<AuditQuery>,
    /// How many entries may still come.
    left: Option<u32>,
    form: Form,
    /// What comes before the next entries.
    head: Vec<u8>,
}

/// Responds with all entries that match `query`, or the first `limit` of them.
pub(super) async fn respond(
    app: App,
    ctx: Ctx,
    query: AuditQuery,
    limit: Option<NonZeroU32>,
    form: Form,
) -> Result<Response, ApiError> {
    let head = match form {
        Form::Ndjson => Vec::new(),
        Form::Csv => csv::HEADER.as_bytes().to_vec(),
    };
    let left = limit.map(NonZeroU32::get);
    let mut lines = Lines { app, ctx, query: Some(query), left, form, head };
    // Refused as any other request, as long as nothing is sent.
    let first = lines.next().await?;
    let rest = stream::unfold(Some(lines), async |lines| {
        let mut lines = lines?;
        match lines.next().await {
            Ok(piece) => Some((Ok(piece?), Some(lines))),
            Err(error) => {
                let error = error_chain(&error);
                tracing::error!(error, "an export of the audit trail was cut off");
                Some((Err(io::Error::other("the audit trail can't be read")), None))
            }
        }
    });
    let first = stream::iter(first.map(Ok));
    let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
    let mut response = json_bytes(StatusCode::OK, body);
    let (content_type, file) = match form {
        Form::Ndjson => (NDJSON, "attachment; filename=\"haltere-audit.ndjson\""),
        Form::Csv => (
            "text/csv; charset=utf-8; header=present",
            "attachment; filename=\"haltere-audit.csv\"",
        ),
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(file));
    response.extensions_mut().insert(ResponseCost::AtMost(2 * PIECE));
    Ok(response)
}

impl Lines {
    /// The next entries; `None` after the last one. A search may go through many pages until it finds some.
    async fn next(&mut self) -> Result<Option<Bytes>, haltere_app::connections::ListError> {
        let mut piece = std::mem::take(&mut self.head);
        while let Some(query) = &mut self.query {
            query.limit =
                self.left.and_then(NonZeroU32::new).map_or(ENTRIES, |left| left.min(ENTRIES));
            let AuditPage { entries, next } = self.app.audit_trail().list(&self.ctx, query).await?;
            query.after = next;
            let found = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            self.left = self.left.map(|left| left.saturating_sub(found));
            if next.is_none() || self.left == Some(0) {
                self.query = None;
            }
            for entry in &entries {
                match self.form {
                    Form::Ndjson => piece.extend_from_slice(files::line_of(entry).as_bytes()),
                    Form::Csv => csv::append(&mut piece, entry),
                }
            }
            if !piece.is_empty() {
                break;
            }
        }
        Ok((!piece.is_empty()).then(|| Bytes::from(piece)))
    }
}

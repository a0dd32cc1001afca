//! `GET /api/connection-export`

mod pieces;

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use haltere_app::connections::{Export, ExportError, LeftOut, Secrets};
use haltere_core::{Connection, Intent};
use http::header::CONTENT_DISPOSITION;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use self::pieces::Pieces;
use crate::answers::Weight;
use crate::error::{ApiError, ErrorBody, json_bytes};
use crate::extract::{Context, Params, Query};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;
use crate::wire::time;

/// What says that a file is one of ours.
pub(crate) const FORMAT: &str = "haltere-connections";

/// The newest version of the format. It changes when an older haltere would misread a file.
pub(crate) const FORMAT_VERSION: u64 = 1;

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

/// All connections, as `POST /api/connection-import` takes them back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionExport)]
pub(crate) struct WireExport<'a> {
    /// Always `haltere-connections`.
    format: &'static str,
    /// 1
    format_version: u64,
    #[schema(format = DateTime)]
    exported_at: String,
    /// Whether passwords and private keys are in it.
    secrets: bool,
    /// In the order they were created.
    connections: Vec<WireExported<'a>>,
    /// Connections that can't be read, and so are not in `connections`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    not_exported: Vec<WireLeftOut<'a>>,
}

/// A connection in an export: what is stored of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExportedConnection)]
pub(crate) struct WireExported<'a> {
    #[serde(flatten)]
    connection: WireConnection<'a>,
    /// Whether it was disconnected on purpose; absent when not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    disconnected: bool,
    /// The fields that are set and left out, because they are secret.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    withheld: Vec<&'static str>,
}

/// A connection that is not in an export.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotExportedConnection)]
pub(crate) struct WireLeftOut<'a> {
    id: &'a str,
    name: &'a str,
    /// Why it can't be read.
    reason: &'a str,
}

impl<'a> WireExport<'a> {
    /// All of it but the connections.
    fn around(export: &'a Export) -> Self {
        let Export { at, secrets, connections: _, left_out } = export;
        Self {
            format: FORMAT,
            format_version: FORMAT_VERSION,
            exported_at: time::rfc3339(*at),
            secrets: *secrets,
            connections: Vec::new(),
            not_exported: left_out.iter().map(WireLeftOut::from).collect(),
        }
    }
}

impl<'a> From<&'a LeftOut> for WireLeftOut<'a> {
    fn from(LeftOut { id, name, reason }: &'a LeftOut) -> Self {
        Self { id, name, reason }
    }
}

fn exported(connection: &Connection, secrets: bool) -> WireExported<'_> {
    let has_password = connection.credentials.as_ref().is_some_and(|it| it.password.is_some());
    let secret = [("credentials.password", has_password), ("key", connection.tls.key.is_some())];
    let withheld = secret.into_iter().filter(|(_, is_set)| *is_set && !secrets);
    WireExported {
        connection: WireConnection::stored(connection, secrets),
        disconnected: connection.intent == Intent::Disconnected,
        withheld: withheld.map(|(name, _)| name).collect(),
    }
}

/// The file, readable for people as well.
pub(crate) fn render(export: &Export) -> Zeroizing<Vec<u8>> {
    /// About what a connection without certificates takes.
    const USUAL_BYTES: usize = 512;
    let mut text = Zeroizing::new(Vec::with_capacity(256 + export.connections.len() * USUAL_BYTES));
    for piece in Pieces::of(export.clone()) {
        text.extend_from_slice(&piece);
    }
    text
}

/// Export all connections
///
/// A file that `POST /api/connection-import` and `haltere import` take back. Passwords and private keys are
/// in it only with `secrets=include`, for administrators; each export is audited.
#[utoipa::path(
    get,
    path = "/api/connection-export",
    operation_id = "export_connections",
    tag = "Connections",
    params(
        ("secrets" = inline(Option<crate::connections::secrets::Wanted>), Query, description = "`include` puts passwords and private keys in, for administrators; `omit` is the default"),
    ),
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
        (status = 400, description = "A parameter makes no sense", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "secrets: must be omit or include"})),
        (status = 403, description = "The role is too low, or secrets are given out to nobody", body = ErrorBody,
            examples(("writeOnly" = (summary = "The configuration forbids it", value = json!({"code": "NOT_ALLOWED", "message": "secrets: connections.secrets is \"write-only\", so they are given out to nobody"}))))),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
    Query(params): Query,
) -> Result<Response, ApiError> {
    let export = state.app.export_connections(&context, wanted(&params)?).await?;
    let pieces = Pieces::of(export);
    let cost = pieces.cost();
    let body = Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)));
    let mut response = json_bytes(StatusCode::OK, body);
    response.extensions_mut().insert(Weight::Holds(cost));
    response.headers_mut().insert(CONTENT_DISPOSITION, ATTACHMENT);
    Ok(response)
}

/// The other way round than in lists: a file gets about, so secrets have to be asked for.
fn wanted(params: &Params) -> Result<Secrets, ApiError> {
    match params.get("secrets")? {
        None | Some("omit") => Ok(Secrets::Omit),
        Some("include") => Ok(Secrets::Include),
        Some(_) => Err(ApiError::invalid("secrets: must be omit or include")),
    }
}

#[cfg(test)]
mod tests;

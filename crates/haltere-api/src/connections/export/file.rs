//! The file that an export makes and an import takes back.

use haltere_app::connections::{Export, LeftOut};
use haltere_core::{Connection, ConnectionSettings, Intent};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::connection::WireConnection;
use crate::wire::time;

/// Marks a file as one of ours.
pub(crate) const FORMAT: &str = "haltere-connections";

/// The newest version of the format. It changes when an older haltere would misread a file.
pub(crate) const FORMAT_VERSION: u64 = 1;

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

/// A connection in an export: its stored fields.
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
    /// The file with an empty list of connections.
    pub(super) fn without_connections(export: &'a Export) -> Self {
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

/// A connection as the file has it.
pub(super) fn exported(connection: &Connection, secrets: bool) -> WireExported<'_> {
    let ConnectionSettings { credentials, tls, .. } = &connection.settings;
    let has_password = credentials.as_ref().is_some_and(|it| it.password.is_some());
    let secret = [("credentials.password", has_password), ("key", tls.key.is_some())];
    let withheld = secret.into_iter().filter(|(_, is_set)| *is_set && !secrets);
    WireExported {
        connection: WireConnection::stored(connection, secrets),
        disconnected: connection.intent == Intent::Disconnected,
        withheld: withheld.map(|(name, _)| name).collect(),
    }
}

//! The file of an export, wherever the connections are.

use haltere_api::connection_files;
use haltere_app::connections::{Export, LeftOut, Secrets};
use haltere_core::{LabelSelector, Secret};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::cli::remote::{Method, Remote, RemoteError, Request, TRANSFER, component};

/// The file, and what to say about it.
pub(super) struct ExportFile {
    pub(super) content: Secret<Vec<u8>>,
    /// Whether passwords and private keys are in it.
    pub(super) secrets: bool,
    pub(super) connections: usize,
    /// The ids of connections that can't be read, each with the reason.
    pub(super) left_out: Vec<(String, String)>,
}

/// What the file says about itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    secrets: bool,
    connections: Vec<IgnoredAny>,
    #[serde(default)]
    not_exported: Vec<NotExported>,
}

#[derive(Deserialize)]
struct NotExported {
    id: String,
    reason: String,
}

impl ExportFile {
    /// From a remote haltere.
    pub(super) async fn of_remote(
        remote: &Remote,
        secrets: Secrets,
        labels: &LabelSelector,
    ) -> Result<Self, RemoteError> {
        let secrets = if secrets == Secrets::Include { "include" } else { "omit" };
        let mut path = format!("/api/connection-export?secrets={secrets}");
        if !labels.is_empty() {
            path.push_str("&label=");
            path.push_str(&component(&labels.to_string()));
        }
        let answer = remote.call_within(TRANSFER, Request::new(Method::GET, path)).await?;
        let Head { secrets, connections, not_exported } = answer.json()?;
        Ok(Self {
            content: Secret::new(answer.body().to_vec()),
            secrets,
            connections: connections.len(),
            left_out: not_exported.into_iter().map(|it| (it.id, it.reason)).collect(),
        })
    }
}

impl From<Export> for ExportFile {
    fn from(export: Export) -> Self {
        let mut content = connection_files::write(&export);
        let left_out = export.left_out.iter();
        Self {
            content: Secret::new(std::mem::take(&mut *content)),
            secrets: export.secrets,
            connections: export.connections.len(),
            left_out: left_out
                .map(|LeftOut { id, name: _, reason }| (id.clone(), reason.clone()))
                .collect(),
        }
    }
}

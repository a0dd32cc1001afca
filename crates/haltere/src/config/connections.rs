//! `[connections]`

use confique::Config;
use serde::Deserialize;

/// The Connections API.
#[derive(Debug, Config)]
pub(crate) struct Connections {
    /// How many connections may be stored.
    #[config(env = "HALTERE_CONNECTIONS_MAX", default = 10_000)]
    pub max: u32,

    /// What happens to passwords and private keys of connections: "readable" returns them to
    /// administrators and connection managers, as the management center for Mosquitto does, and
    /// audits each such read; "write-only" (recommended where no program needs to read them) returns them to nobody,
    /// and an edit that leads elsewhere has to bring them again.
    #[config(env = "HALTERE_CONNECTIONS_SECRETS", default = "readable")]
    pub secrets: Secrets,
}

/// Whether anybody gets to see stored secrets again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Secrets {
    Readable,
    WriteOnly,
}

//! `[connections]`

use confique::Config;
use serde::Deserialize;

use super::units::Size;

/// The Connections API.
#[derive(Debug, Config)]
pub(crate) struct Connections {
    /// How many connections may be stored.
    #[config(env = "HALTERE_CONNECTIONS_MAX", default = 10_000)]
    pub max: u32,

    /// How much all connections may hold: their certificates and private keys, of which equal ones are held
    /// once and count once, and their texts (user names, passwords, client ids, URLs, …). A certificate
    /// file or a key may have 256 KiB, a user name, a password or a client id 64 KiB.
    #[config(env = "HALTERE_CONNECTIONS_MATERIAL_BUDGET", default = "256 MiB", validate(material_budget.bytes() >= 1 << 20, "must be at least 1 MiB"))]
    pub material_budget: Size,

    /// What happens to passwords and private keys of connections: "readable" returns them to
    /// administrators and connection managers, as the management center for Mosquitto does, and
    /// audits each such read; "write-only" (recommended where no program needs to read them) never returns them,
    /// and an edit that changes where they are sent has to include them again.
    #[config(env = "HALTERE_CONNECTIONS_SECRETS", default = "readable")]
    pub secrets: Secrets,
}

/// Whether stored secrets are shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Secrets {
    Readable,
    WriteOnly,
}

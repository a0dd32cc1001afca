//! A switched plugin on its way out.

use haltere_app::plugins::{PluginEffect, Switched, TlsEffect};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::WirePlugin;

/// The state of a plugin after the switch, and the effect.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SwitchedPlugin, example = json!({
    "id": "tls", "enabled": false, "switchable": true, "source": "administrator", "dryRun": true,
    "affected": {"connections": 12, "up": 11, "ca": 12, "clientCertificate": 3, "unverified": 0},
}))]
pub(crate) struct WireSwitched {
    #[serde(flatten)]
    plugin: WirePlugin,
    /// Whether nothing was switched (`dryRun=true`).
    dry_run: bool,
    /// The effect; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    affected: Option<Affected>,
}

/// What a switch does, in numbers. Which are there depends on the plugin.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AffectedByPlugin)]
pub(crate) struct Affected {
    /// With `tls`, the connections with TLS settings of their own, which begin or cease to count: they are connected
    /// again. With `connections-rest-api`, all: their links stay as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<usize>,
    /// How many of them are up now.
    #[serde(skip_serializing_if = "Option::is_none")]
    up: Option<usize>,
    /// How many of them trust a CA of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<usize>,
    /// How many of them have a client certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate: Option<usize>,
    /// How many of them accept any certificate (`rejectUnauthorized` is false).
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified: Option<usize>,
    /// The number of affected users.
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<usize>,
    /// The number of affected application tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<usize>,
}

impl WireSwitched {
    pub(crate) fn new(switched: &Switched, dry_run: bool) -> Self {
        let Switched { plugin, effect } = switched;
        Self { plugin: (*plugin).into(), dry_run, affected: affected(*effect) }
    }
}

fn affected(effect: PluginEffect) -> Option<Affected> {
    Some(match effect {
        PluginEffect::None => return None,
        PluginEffect::Tls(TlsEffect { connections, up, ca, client_certificate, unverified }) => {
            Affected {
                connections: Some(connections),
                up: Some(up),
                ca: Some(ca),
                client_certificate: Some(client_certificate),
                unverified: Some(unverified),
                users: None,
                tokens: None,
            }
        }
        PluginEffect::Connections { connections } => {
            Affected { connections: Some(connections), ..Affected::default() }
        }
        PluginEffect::Users { users } => Affected { users: Some(users), ..Affected::default() },
        PluginEffect::Tokens { tokens } => Affected { tokens: Some(tokens), ..Affected::default() },
    })
}

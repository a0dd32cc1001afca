//! `[plugins]`

use confique::Config;
use haltere_core::PluginId;
use serde::{Deserialize, Deserializer, de::Error};

/// Parts that can be switched off. A switch moved at run time (PUT /api/plugins/{id}) takes precedence.
#[derive(Debug, Config)]
pub(crate) struct Plugins {
    /// The ids of the plugins that are off. In the environment variable, separated by commas.
    #[config(env = "HALTERE_PLUGINS_DISABLED", default = [], deserialize_with = deserialize)]
    pub disabled: Vec<PluginId>,
}

fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PluginId>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .into_iter()
        // Switched off where they were never on, so that a file written for an earlier version still works.
        .filter(|id| !PluginId::FORMER.contains(&id.as_str()))
        .map(|id| match id.parse::<PluginId>() {
            Ok(plugin) if plugin.is_switchable() => Ok(plugin),
            Ok(_) => Err(D::Error::custom(format_args!("{id:?} can't be switched off"))),
            Err(unknown) => Err(D::Error::custom(format_args!("{id:?} {unknown}"))),
        })
        .collect()
}

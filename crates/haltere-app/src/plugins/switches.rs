//! The state of the plugin switches, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use haltere_core::PluginId;

use super::list::{PluginSource, PluginState};

type Table = BTreeMap<PluginId, bool>;

/// The plugin switches. An administrator's setting overrides the configuration.
pub(crate) struct Switches {
    configured: Table,
    switched: ArcSwap<Table>,
}

impl Switches {
    pub(crate) fn new(configured: Table) -> Self {
        Self { configured, switched: ArcSwap::default() }
    }

    /// The state of one plugin.
    pub(crate) fn state(&self, id: PluginId) -> PluginState {
        let switched = self.switched.load().get(&id).copied();
        let configured = self.configured.get(&id).copied();
        let switchable = id.is_switchable();
        let (enabled, source) = match (switched, configured) {
            _ if !switchable => (true, PluginSource::Default),
            (Some(enabled), _) => (enabled, PluginSource::Administrator),
            (None, Some(enabled)) => (enabled, PluginSource::Configuration),
            (None, None) => (true, PluginSource::Default),
        };
        PluginState { id, enabled, switchable, source }
    }

    /// Whether a plugin is on.
    pub(crate) fn is_on(&self, id: PluginId) -> bool {
        self.state(id).enabled
    }

    /// Takes over what is stored; whether that changed anything.
    pub(crate) fn replace(&self, stored: Vec<(PluginId, bool)>) -> bool {
        let stored: Table = stored.into_iter().collect();
        let differs = **self.switched.load() != stored;
        self.switched.store(Arc::new(stored));
        differs
    }

    /// Moves one switch.
    pub(crate) fn set(&self, id: PluginId, enabled: bool) {
        let mut table = Table::clone(&self.switched.load());
        table.insert(id, enabled);
        self.switched.store(Arc::new(table));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_administrator_goes_before_the_configuration_and_that_before_the_default() {
        let id = PluginId::Tls;
        let of = |switches: &Switches| {
            let state = switches.state(id);
            (state.enabled, state.source)
        };
        assert_eq!(of(&Switches::new(Table::new())), (true, PluginSource::Default));
        let switches = Switches::new([(id, false)].into());
        assert_eq!(of(&switches), (false, PluginSource::Configuration));
        switches.set(id, true);
        assert_eq!(of(&switches), (true, PluginSource::Administrator));
    }

    #[test]
    fn multiple_connections_is_always_on() {
        let switches = Switches::new([(PluginId::MultipleConnections, false)].into());
        let state = switches.state(PluginId::MultipleConnections);
        assert!(state.enabled && !state.switchable);
    }
}

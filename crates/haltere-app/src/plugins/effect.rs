//! What a switch of a plugin does, in numbers: known before it is moved.

use haltere_core::PluginId;
use haltere_store::UserReads;

use super::Plugins;
use super::list::PluginState;
use crate::connections::make_a_difference;
use crate::error::{ErrorContext, Internal};
use crate::policy::Visibility;

/// A switch that was moved, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    pub plugin: PluginState,
    pub effect: PluginEffect,
}

/// What a switch of a plugin does. What is on already, or off already, has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginEffect {
    None,
    /// The TLS settings of connections begin or cease to count.
    Tls(TlsEffect),
    /// Connections can be seen and changed over HTTP and in the console, or not any more. Links stay as
    /// they are.
    Connections {
        connections: usize,
    },
    /// Users may change their own password, or can be managed over HTTP, or not any more.
    Users {
        users: usize,
    },
    /// Application tokens are valid, or not any more.
    Tokens {
        tokens: usize,
    },
}

/// The connections whose TLS settings begin or cease to count: those with TLS and settings of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TlsEffect {
    /// How many there are. Those that should be up are dialled again.
    pub connections: usize,
    /// How many of them are up now.
    pub up: usize,
    /// How many trust a CA of their own.
    pub ca: usize,
    /// How many show a client certificate.
    pub client_certificate: usize,
    /// How many take any certificate.
    pub unverified: usize,
}

impl Plugins {
    /// What a switch would do now to connections that the caller may see. Reads in the transaction it is given: a
    /// change must not wait for another.
    pub(super) async fn effect_of_switch(
        &self,
        users: &mut dyn UserReads,
        tokens: usize,
        visibility: &Visibility,
        id: PluginId,
        enabled: bool,
    ) -> Result<PluginEffect, Internal> {
        if self.is_on(id) == enabled {
            return Ok(PluginEffect::None);
        }
        Ok(match id {
            PluginId::Tls => PluginEffect::Tls(self.tls_effect(visibility)),
            PluginId::ConnectionsRestApi => {
                let snapshot = self.fleet.registry.snapshot();
                let all = snapshot.entries().iter();
                let connections = all.filter(|entry| visibility.covers(entry.id())).count();
                PluginEffect::Connections { connections }
            }
            PluginId::UserProfileEdit | PluginId::UserManagement => {
                let users = users.list().await.context("count users")?;
                PluginEffect::Users { users: users.len() }
            }
            PluginId::ApplicationTokens => PluginEffect::Tokens { tokens },
            PluginId::MultipleConnections => PluginEffect::None,
        })
    }

    fn tls_effect(&self, visibility: &Visibility) -> TlsEffect {
        let snapshot = self.fleet.registry.snapshot();
        let visible = snapshot.entries().iter().filter(|entry| visibility.covers(entry.id()));
        let readable = visible.filter_map(|entry| entry.connection().ok());
        let concerned = readable.filter(|it| {
            it.settings.url.transport().is_tls() && make_a_difference(&it.settings.tls)
        });
        let mut effect = TlsEffect::default();
        for connection in concerned {
            effect.connections += 1;
            effect.up += usize::from(self.fleet.status(connection).connected());
            effect.ca += usize::from(connection.settings.tls.ca.is_some());
            effect.client_certificate += usize::from(connection.settings.tls.cert.is_some());
            effect.unverified +=
                usize::from(connection.settings.tls.reject_unauthorized == Some(false));
        }
        effect
    }
}

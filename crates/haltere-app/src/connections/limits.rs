//! How many connections there may be, and how much they may hold.

use crate::app::AppSettings;

/// The limits on all connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionLimits {
    pub(crate) connections: u64,
    pub(crate) bytes: u64,
}

impl ConnectionLimits {
    /// The configured ones.
    pub(crate) fn of(settings: &AppSettings) -> Self {
        let &AppSettings { connections_max, material_budget, .. } = settings;
        Self { connections: connections_max, bytes: material_budget }
    }
}

//! How the links of many connections do, in numbers: for whoever waits after an import.

use haltere_core::{ConnectionId, LinkState};

use super::super::error::ConnectionError;
use crate::app::App;
use crate::ctx::Ctx;
use crate::policy::Action;

/// How the links of some connections do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Up.
    pub connected: usize,
    /// The last attempt failed; tried on.
    pub failed: usize,
    /// Disconnected on purpose.
    pub disconnected: usize,
    /// No attempt has ended yet.
    pub pending: usize,
}

impl App {
    /// How the links of these connections do. Those that are gone don't count.
    pub fn standing(&self, ctx: &Ctx, ids: &[ConnectionId]) -> Result<Standing, ConnectionError> {
        ctx.authorize(Action::ListConnections)?;
        let snapshot = self.0.registry.snapshot();
        let mut standing = Standing::default();
        for id in ids {
            let Some(entry) = snapshot.get(id.as_str()) else { continue };
            let Ok(connection) = entry.connection() else { continue };
            let status = self.status(connection);
            let count = match &status.state {
                LinkState::Online { .. } => &mut standing.connected,
                LinkState::Idle => &mut standing.disconnected,
                _ if status.failure().is_some() => &mut standing.failed,
                _ => &mut standing.pending,
            };
            *count += 1;
        }
        Ok(standing)
    }
}

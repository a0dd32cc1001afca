//! The states of many links, counted: the progress of an import after it is stored.

use haltere_core::{ConnectionId, LinkState};

use super::super::Connections;
use super::super::error::ConnectionError;
use crate::ctx::Ctx;
use crate::policy::Action;

/// The number of links in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkStateCounts {
    /// Up.
    pub connected: usize,
    /// The last attempt failed; retried.
    pub failed: usize,
    /// Disconnected on purpose.
    pub disconnected: usize,
    /// No attempt has ended yet.
    pub pending: usize,
}

impl Connections {
    /// Counts the link states of these connections, without deleted and hidden ones.
    pub fn link_state_counts(
        &self,
        ctx: &Ctx,
        ids: &[ConnectionId],
    ) -> Result<LinkStateCounts, ConnectionError> {
        ctx.authorize(Action::ListConnections)?;
        // The import may have put them into groups of the caller.
        let mut ctx = ctx.clone();
        self.fleet.follow_groups(&mut ctx.principal);
        let snapshot = self.fleet.registry.snapshot();
        let mut link_state_counts = LinkStateCounts::default();
        for id in ids {
            let visible = Some(id.as_str()).filter(|id| ctx.visibility().covers(id));
            let Some(entry) = visible.and_then(|id| snapshot.get(id)) else { continue };
            let Ok(connection) = entry.connection() else { continue };
            let status = self.fleet.status(connection);
            let count = match &status.state {
                LinkState::Online { .. } => &mut link_state_counts.connected,
                LinkState::Idle => &mut link_state_counts.disconnected,
                _ if status.failure().is_some() => &mut link_state_counts.failed,
                _ => &mut link_state_counts.pending,
            };
            *count += 1;
        }
        Ok(link_state_counts)
    }
}

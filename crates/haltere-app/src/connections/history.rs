//! `GET /api/connections/{id}/history`

use haltere_core::{ConnectionId, StatusChange};

use super::Connections;
use super::error::ConnectionError;
use crate::ctx::Ctx;
use crate::policy::{Action, Resource};

impl Connections {
    /// The history of the link, newest first, from before haltere started on. Bounded, in memory.
    pub fn history(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
    ) -> Result<Vec<StatusChange>, ConnectionError> {
        ctx.authorize_on(Action::ListConnections, Resource::Connection(id.as_str()))?;
        self.fleet.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        Ok(self.fleet.supervisor.history(id))
    }
}

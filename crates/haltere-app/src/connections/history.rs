//! `GET /api/connections/{id}/history`

use haltere_core::{ConnectionId, StatusChange};

use super::error::ConnectionError;
use crate::app::App;
use crate::ctx::Ctx;
use crate::policy::{Action, Resource};

impl App {
    /// How the link fared, newest first, from before haltere started on. Bounded, in memory.
    pub fn connection_history(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
    ) -> Result<Vec<StatusChange>, ConnectionError> {
        ctx.authorize_on(Action::ListConnections, Resource::Connection(id.as_str()))?;
        self.0.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        Ok(self.0.supervisor.history(id))
    }
}

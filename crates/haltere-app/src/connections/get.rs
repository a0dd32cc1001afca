//! `GET /api/connections/{id}`

use haltere_core::ConnectionId;

use super::error::ConnectionError;
use super::view::{ConnectionView, Secrets};
use crate::app::App;
use crate::ctx::Ctx;
use crate::policy::{Action, Resource};

impl App {
    /// One connection. Reading secrets is audited as in [`App::list_connections`].
    pub async fn get_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<ConnectionView, ConnectionError> {
        self.authorize(ctx, Action::ListConnections, Resource::Connection(id.as_str())).await?;
        let entry = self.0.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        let view = self.view(entry, self.shows_secrets(ctx, secrets));
        self.audit_look_at(ctx, &view.entry, view.secrets).await?;
        Ok(view)
    }
}

//! `GET /api/connections/{id}`

use haltere_core::ConnectionId;

use super::Connections;
use super::error::ConnectionError;
use super::view::{ConnectionView, Secrets};
use crate::ctx::Ctx;
use crate::policy::{Action, Resource};

impl Connections {
    /// One connection. Reading secrets is audited as in [`Connections::list`].
    pub async fn get(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<ConnectionView, ConnectionError> {
        self.authorizer
            .authorize(ctx, Action::ListConnections, Resource::Connection(id.as_str()))
            .await?;
        let entry = self.fleet.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        let view = self.view(entry, self.shows_secrets_of(ctx, secrets, id.as_str()));
        self.audit_read(ctx, &view.entry, view.secrets).await?;
        Ok(view)
    }
}

//! `GET /api/connections/{id}`

use haltere_core::ConnectionId;

use super::error::ConnectionError;
use super::view::{ConnectionView, Secrets, secrets_were_read};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Doing;
use crate::policy::Action;

impl App {
    /// One connection. Reading secrets is audited as in [`App::list_connections`].
    pub async fn get_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<ConnectionView, ConnectionError> {
        self.authorize(ctx, Action::ListConnections, id.as_str()).await?;
        let entry = self.0.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        let view = self.view(entry, self.shows_secrets(ctx, secrets));
        if view.secrets && view.entry.has_secrets() {
            let entry = secrets_were_read(self.now(), ctx, id.as_str());
            self.0.trail.append(entry).await.doing("audit a read of secrets")?;
        }
        Ok(view)
    }
}

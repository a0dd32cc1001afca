//! `DELETE /api/connections/{id}`

use haltere_core::{AuditAction, ConnectionId};

use super::error::ConnectionError;
use super::list::Listing;
use super::view::{Secrets, secrets_were_read};
use crate::app::App;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::Doing;
use crate::policy::Action;

impl App {
    /// Deletes a connection and ends its link; the remaining ones.
    pub async fn delete_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<Listing, ConnectionError> {
        self.authorize(ctx, Action::DeleteConnection, id.as_str()).await?;
        let shows_secrets = self.shows_secrets(ctx, secrets);
        let (app, ctx, id) = (self.clone(), ctx.clone(), id.clone());
        let job = async move { app.remove_stored(&ctx, &id, shows_secrets).await };
        self.to_completion(job).await
    }

    async fn remove_stored(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        shows_secrets: bool,
    ) -> Result<Listing, ConnectionError> {
        const DOING: &str = "delete a connection";
        let mut turn = self.turn().await?;
        if !turn.tx.delete_connection(id).await.doing(DOING)? {
            return Err(ConnectionError::NotFound);
        }
        let entry = audit::done(turn.now, ctx, AuditAction::ConnectionDelete, id.as_str(), "");
        turn.tx.append_audit(&entry).await.doing(DOING)?;
        let snapshot = self.0.registry.snapshot();
        let mut others = snapshot.entries().iter().filter(|entry| entry.id() != id.as_str());
        if shows_secrets && others.any(|entry| entry.has_secrets()) {
            let read = secrets_were_read(turn.now, ctx, "");
            turn.tx.append_audit(&read).await.doing(DOING)?;
        }
        let committed = turn.commit(DOING).await?;
        committed.remove(id);
        Ok(self.all(shows_secrets))
    }
}

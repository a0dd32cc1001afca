//! `PATCH /api/connections/{id}`

use haltere_core::{ConnectionId, ConnectionPatch};

use super::condition::Terms;
use super::error::UpdateError;
use super::view::ConnectionView;
use super::{record, update};
use crate::app::App;
use crate::ctx::Ctx;

impl App {
    /// Changes some fields of a connection. A patch that changes nothing is not a change: the link
    /// stays as it is and nothing is audited. Does not wait for the link.
    pub async fn patch_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        patch: ConnectionPatch,
        terms: impl Into<Terms>,
    ) -> Result<ConnectionView, UpdateError> {
        self.update_connection(ctx, id, terms.into(), |app, row| {
            let stored = record::open(&app.0.vault, &app.0.pem_cache, &row)
                .map_err(|reason| UpdateError::Unreadable { reason })?;
            Ok(update::apply(stored, patch, app.0.settings.secrets)?)
        })
        .await
    }
}

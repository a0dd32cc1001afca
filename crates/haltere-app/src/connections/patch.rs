//! `PATCH /api/connections/{id}`

use haltere_core::{ConnectionId, ConnectionPatch};

use super::Connections;
use super::condition::ChangeOptions;
use super::error::UpdateError;
use super::view::ConnectionView;
use super::{record, update};
use crate::ctx::Ctx;

impl Connections {
    /// Changes some fields of a connection. A patch that changes nothing is not a change: the link
    /// stays as it is and nothing is audited. Does not wait for the link.
    pub async fn patch(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        patch: ConnectionPatch,
        options: impl Into<ChangeOptions>,
    ) -> Result<ConnectionView, UpdateError> {
        self.update_connection(ctx, id, options.into(), |connections, row| {
            let stored = record::open(&connections.fleet.vault, &connections.fleet.pem_cache, &row)
                .map_err(|reason| UpdateError::Unreadable { reason })?;
            Ok(update::apply(stored, patch, connections.secrets)?)
        })
        .await
    }
}

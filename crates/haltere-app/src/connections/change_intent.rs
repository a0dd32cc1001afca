//! `POST /api/connections/{id}/connect` and `…/disconnect`

use haltere_core::ConnectionId;

use super::error::ConnectionError;
use super::view::{ConnectionView, Secrets};
use crate::app::App;
use crate::ctx::Ctx;

impl App {
    /// Asks for a connection to be up. One that waits to dial again dials at once.
    pub async fn connect_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<ConnectionView, ConnectionError> {
        todo!()
    }

    /// Disconnects a connection on purpose: it stays down, over restarts too, until somebody connects it.
    pub async fn disconnect_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<ConnectionView, ConnectionError> {
        todo!()
    }
}
